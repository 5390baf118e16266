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

// The codecs of random types write the bytes that vmihailenco/msgpack writes for twins of these types, each reads what the other
// wrote, and damaged input is refused without a panic.
func TestCodecsAgainstMsgpack(t *testing.T) {
	const count = 60
	writer := typeWriter{r: rand.New(rand.NewPCG(*seed, 0))}
	structs := writer.structs(count)

	dir := module.New(t, "example.com/codecs")
	var operators, cases strings.Builder
	for i := range count {
		fmt.Fprintf(&operators, "//streamgen:operator\ntype Op%[1]d struct{}\n\nfunc (Op%[1]d) Key(s string) string { return s }\n\nfunc (Op%[1]d) Process(r string, s *T%[1]d) {}\n\n", i)
		fmt.Fprintf(&cases, "\tcompare[T%[1]d, twin.T%[1]d](t, \"T%[1]d\", appendT%[1]d, parseT%[1]d)\n", i)
	}
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
