package generated

import (
	"context"
	"fmt"
	"path/filepath"
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

// BenchmarkGeneration measures in CPU-seconds what the whole command costs over a bare packages.Load of the same package without
// generated code. The children of the process, which is the go command, count.
func BenchmarkGeneration(b *testing.B) {
	dir, fresh := module.New(b, "example.com/big"), module.New(b, "example.com/big")
	module.Write(b, filepath.Join(dir, "big.go"), bigPackage())
	module.Write(b, filepath.Join(fresh, "big.go"), bigPackage())
	config := gen.Config{Dir: dir, Env: module.Env()}
	result, err := gen.Generate(context.Background(), config)
	require.NoError(b, err)
	require.Empty(b, result.Diagnostics.String())
	_, err = result.Write()
	require.NoError(b, err)
	bare := func() {
		_, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: fresh, Env: config.Env}, ".")
		require.NoError(b, err)
	}
	whole := func() {
		result, err := gen.Generate(context.Background(), config)
		require.NoError(b, err)
		_, err = result.Write()
		require.NoError(b, err)
	}
	bare() // so that the build cache holds what both ask for
	whole()
	var bareTime, wholeTime time.Duration
	for b.Loop() {
		t0 := cpu(b)
		bare()
		t1 := cpu(b)
		whole()
		t2 := cpu(b)
		bareTime += t1 - t0
		wholeTime += t2 - t1
	}
	n := float64(b.N)
	b.ReportMetric(bareTime.Seconds()/n, "load-cpu-s")
	b.ReportMetric(wholeTime.Seconds()/n, "whole-cpu-s")
	b.ReportMetric((wholeTime-bareTime).Seconds()/n, "beyond-cpu-s")
	b.ReportMetric(wholeTime.Seconds()/bareTime.Seconds(), "whole/load")
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
