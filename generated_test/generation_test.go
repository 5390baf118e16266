package generated

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// bigPackage is a package of 100 operators with states and 10 pipelines of 10 operators each.
func bigPackage() string {
	var b strings.Builder
	b.WriteString("package big\n\nimport \"github.com/streamgen/streamgen/runtime\"\n\ntype Record struct {\n\tID string\n\tValue int64\n}\n\n")
	for i := range 100 {
		fmt.Fprintf(&b, `// Op%[1]d does something.
//
//streamgen:operator
type Op%[1]d struct{}

type State%[1]d struct {
	Count int64
	Last  Record
	Names []string
	Seen  map[string]int
}

func (Op%[1]d) Key(r Record) string { return r.ID }

func (Op%[1]d) Process(r Record, s *State%[1]d, out *runtime.Out[Record]) {
	s.Count++
	out.Emit(r)
}

`, i)
	}
	for p := range 10 {
		fmt.Fprintf(&b, "//streamgen:pipeline\ntype Pipeline%d struct {\n\tIn runtime.Source[Record]\n", p)
		from := "In"
		for i := range 10 {
			name := fmt.Sprintf("Op%d", 10*p+i)
			fmt.Fprintf(&b, "\t%s %s `from:%q`\n", name, name, from)
			from = name
		}
		fmt.Fprintf(&b, "\tOut runtime.Sink[Record] `from:%q`\n}\n\n", from)
	}
	return b.String()
}

// BenchmarkGeneration measures in CPU-seconds what the whole command costs, and a program that calls packages.Load for the same package
// and nothing else. Both are processes as a user would run them; the go command that they start counts. Beyond is what generating costs
// after the load, within one process.
func BenchmarkGeneration(b *testing.B) {
	dir := module.New(b, "example.com/big")
	module.Write(b, filepath.Join(dir, "big.go"), bigPackage())
	bin := b.TempDir()
	build := exec.Command("go", "build", "-o", bin, "../cmd/streamgen", "./internal/bareload")
	out, err := build.CombinedOutput()
	require.NoError(b, err, "%s", out)

	output := filepath.Join(dir, "big_streamgen.go")
	run := func(program string) time.Duration {
		if err := os.Remove(output); err != nil {
			require.ErrorIs(b, err, fs.ErrNotExist)
		}
		command := exec.Command(filepath.Join(bin, program))
		command.Dir, command.Env = dir, module.Env()
		out, err := command.CombinedOutput()
		require.NoError(b, err, "%s", out)
		return command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	run("bareload") // so that the build cache holds what both ask for
	run("streamgen")
	require.FileExists(b, output)

	percent := debug.SetGCPercent(1000) // nearly as the command has it
	defer debug.SetGCPercent(percent)
	load := func() {
		_, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: dir, Env: module.Env()}, ".")
		require.NoError(b, err)
	}
	generate := func() {
		result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Env: module.Env()})
		require.NoError(b, err)
		require.Empty(b, result.Diagnostics.String())
	}
	var bare, whole, beyond time.Duration
	for b.Loop() {
		bare += run("bareload")
		whole += run("streamgen")
		require.NoError(b, os.Remove(output))
		t0 := cpu(b)
		load()
		t1 := cpu(b)
		generate()
		beyond += cpu(b) - t1 - (t1 - t0)
	}
	n := float64(b.N)
	b.ReportMetric(bare.Seconds()/n, "load-cpu-s")
	b.ReportMetric(whole.Seconds()/n, "whole-cpu-s")
	b.ReportMetric(beyond.Seconds()/n, "beyond-cpu-s")
	b.ReportMetric(whole.Seconds()/bare.Seconds(), "whole/load")
}

// cpu is what the process and its children have used.
func cpu(b *testing.B) time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		require.NoError(b, syscall.Getrusage(who, &r))
		total += time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	return total
}
