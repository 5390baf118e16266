package generated

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// BenchmarkCodeSize reports how much code there is per operator: of the examples, and of a package where every operator is keyed and has a
// state with a record, a slice and a map in it. Sources and sinks do not count as operators, their code does.
func BenchmarkCodeSize(b *testing.B) {
	big := module.New(b, "example.com/big")
	source := bigPackage(100)
	module.Write(b, filepath.Join(big, "big.go"), source)
	examples := filepath.Join(module.Root(b), "examples")
	for _, c := range []struct {
		name, dir string
		operators int
		env       []string
	}{
		{"wordcount", filepath.Join(examples, "wordcount"), 2, nil},
		{"alerts", filepath.Join(examples, "alerts"), 5, nil},
		{"keyed", big, strings.Count(source, "//streamgen:operator"), module.Env()},
	} {
		b.Run(c.name, func(b *testing.B) {
			var bytes, lines int
			for b.Loop() {
				result, err := gen.Generate(context.Background(), gen.Config{Dir: c.dir, Env: c.env})
				require.NoError(b, err)
				require.Empty(b, result.Diagnostics.String())
				bytes, lines = 0, 0
				for _, f := range result.Files {
					bytes += len(f.Content)
					for _, char := range f.Content {
						if char == '\n' {
							lines++
						}
					}
				}
			}
			b.ReportMetric(float64(bytes)/float64(c.operators), "bytes/operator")
			b.ReportMetric(float64(lines)/float64(c.operators), "lines/operator")
		})
	}
}
