package generated

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/generated_test/internal/module"
	"github.com/stretchr/testify/require"
)

// bigPackage is a package of operators with states, and of pipelines of 10 operators each.
func bigPackage(operators int) string {
	var b strings.Builder
	b.WriteString("package big\n\nimport \"github.com/streamgen/streamgen/runtime\"\n\ntype Record struct {\n\tID string\n\tValue int64\n}\n\n")
	for i := range operators {
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
	for p := range operators / 10 {
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

// BenchmarkGeneration measures in CPU-seconds what the command costs for a package of 1,000 operators, beyond a program that loads the same
// package and does nothing else: when all of it is to be generated, and when nothing has changed. Both are processes as a user would run
// them, one after the other; the go command that they start counts.
func BenchmarkGeneration(b *testing.B) {
	dir := module.New(b, "example.com/big")
	module.Write(b, filepath.Join(dir, "big.go"), bigPackage(1000))
	bin := b.TempDir()
	build := exec.Command("go", "build", "-o", bin, "../cmd/streamgen", "./internal/bareload")
	out, err := build.CombinedOutput()
	require.NoError(b, err, "%s", out)
	caches := b.TempDir()

	output := filepath.Join(dir, "big_streamgen.go")
	run := func(program string, args ...string) time.Duration {
		command := exec.Command(filepath.Join(bin, program), args...)
		command.Dir, command.Env = dir, append(module.Env(), "XDG_CACHE_HOME="+caches, "GOCACHE="+goEnv(b, "GOCACHE"))
		out, err := command.CombinedOutput()
		require.NoError(b, err, "%s", out)
		return command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	measure := func(b *testing.B, prepare func(), args ...string) {
		prepare()
		run("bareload") // so that the build cache holds what both ask for
		var load, whole time.Duration
		for b.Loop() {
			prepare()
			load += run("bareload")
			whole += run("streamgen", args...)
		}
		n := float64(b.N)
		b.ReportMetric(load.Seconds()/n, "load-cpu-s")
		b.ReportMetric(whole.Seconds()/n, "whole-cpu-s")
		b.ReportMetric((whole-load).Seconds()/n, "beyond-cpu-s")
		b.ReportMetric(whole.Seconds()/load.Seconds(), "whole/load")
	}
	b.Run("all", func(b *testing.B) {
		measure(b, func() {
			if err := os.Remove(output); err != nil {
				require.ErrorIs(b, err, fs.ErrNotExist)
			}
		}, "--no-cache")
		require.FileExists(b, output)
	})
	b.Run("unchanged", func(b *testing.B) {
		run("streamgen")
		info, err := os.Stat(output)
		require.NoError(b, err)
		measure(b, func() {})
		after, err := os.Stat(output)
		require.NoError(b, err)
		require.Equal(b, info.ModTime(), after.ModTime())
	})
}
