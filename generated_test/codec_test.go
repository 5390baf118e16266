package generated

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

var seed = flag.Uint64("seed", 1, "seed of the random types")

const imports = `import (
	"time"

	"github.com/streamgen/streamgen/runtime"
)

var (
	_ time.Time
	_ runtime.Time
)

`

const richImports = `import (
	"database/sql"
	"encoding/json"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"example.com/codecs/lib"

	"github.com/streamgen/streamgen/runtime"
)

var (
	_ sql.NullString
	_ json.RawMessage
	_ big.Int
	_ netip.Addr
	_ url.URL
	_ time.Time
	_ lib.Point
	_ runtime.Time
)

`

// The codecs of random plain types write the bytes that vmihailenco/msgpack writes for twins of these types, each reads what the other
// wrote, and damaged input is refused without a panic. Those of types drawn of everything read what they wrote.
func TestCodecsAgainstMsgpack(t *testing.T) {
	const count, rich = 60, 40
	writer := typeWriter{r: rand.New(rand.NewPCG(*seed, 0))}
	structs := writer.structs(count)
	richStructs := writer.richStructs(rich)

	dir := module.New(t, "example.com/codecs")
	var operators, cases strings.Builder
	for i := range count {
		fmt.Fprintf(&operators, "//streamgen:operator\ntype Op%[1]d struct{}\n\nfunc (Op%[1]d) Key(s string) string { return s }\n\nfunc (Op%[1]d) Process(r string, s *T%[1]d) {}\n\n", i)
		fmt.Fprintf(&cases, "\tcompare[T%[1]d, twin.T%[1]d](t, \"T%[1]d\", appendT%[1]d, parseT%[1]d)\n", i)
	}
	for i := range rich {
		fmt.Fprintf(&operators, "//streamgen:operator\ntype RichOp%[1]d struct{}\n\nfunc (RichOp%[1]d) Key(s string) string { return s }\n\nfunc (RichOp%[1]d) Process(r string, s *R%[1]d) {}\n\n", i)
		fmt.Fprintf(&cases, "\troundTrip(t, \"R%[1]d\", appendR%[1]d, parseR%[1]d)\n", i)
	}
	module.Write(t, filepath.Join(dir, "lib", "lib.go"), richLibrary)
	module.Write(t, filepath.Join(dir, "own", "rich.go"), "package own\n\n"+richImports+richStructs)
	module.Write(t, filepath.Join(dir, "twin", "twin.go"), "package twin\n\n"+imports+structs)
	module.Write(t, filepath.Join(dir, "own", "own.go"), "package own\n\n"+imports+structs+operators.String())
	harness, err := os.ReadFile("testdata/codec_harness.go.txt")
	require.NoError(t, err)
	module.Write(t, filepath.Join(dir, "own", "own_test.go"), strings.Replace(string(harness), "\t// cases\n", cases.String(), 1))

	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./own"}, Env: module.Env()})
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics.String())
	_, err = result.Write()
	require.NoError(t, err)

	test := exec.Command("go", "test", "-timeout=2m", "./own")
	test.Dir, test.Env = dir, module.Env()
	out, err := test.CombinedOutput()
	require.NoError(t, err, "seed %d\n%s", *seed, out)
}
