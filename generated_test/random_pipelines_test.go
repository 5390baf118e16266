package generated

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
	"github.com/streamgen/streamgen/generated_test/internal/random"
)

const (
	randomModule        = "example.com/random"
	pipelinesPerPackage = 4
)

// randomPackages draws STREAMGEN_PIPELINES pipelines, 28 without it. Every fourth package is a library for those behind it.
func randomPackages(t *testing.T) []*random.Package {
	t.Helper()
	count := 28
	if text := os.Getenv("STREAMGEN_PIPELINES"); text != "" {
		var err error
		count, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	var packages []*random.Package
	var library *random.Package
	for i := range (count + pipelinesPerPackage - 1) / pipelinesPerPackage {
		name, seed := fmt.Sprint("p", i), *seed<<16+uint64(i)
		if i%4 == 0 {
			library = random.DrawLibrary(name, seed, pipelinesPerPackage)
			packages = append(packages, library)
			continue
		}
		packages = append(packages, random.Draw(name, seed, pipelinesPerPackage, library))
	}
	return packages
}

// Random pipelines, each of which fails once and goes on from a checkpoint, give each of their sinks what an interpreter of the same graphs
// says, in its order where that is promised.
func TestRandomPipelines(t *testing.T) {
	packages := randomPackages(t)
	dir := module.New(t, randomModule)
	keepFailed(t, dir)
	for _, p := range packages {
		for name, content := range p.Files(randomModule) {
			module.Write(t, filepath.Join(dir, p.Name, name), content)
		}
	}
	module.Write(t, filepath.Join(dir, "main.go"), random.Main(randomModule, packages))

	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./..."}, Env: module.Env()})
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics.String(), "seed %d", *seed)
	_, err = result.Write()
	require.NoError(t, err)
	stdout, err := run(dir, "go", "run", ".")
	require.NoError(t, err, "seed %d", *seed)

	var outcomes map[string]map[string]struct {
		Error                 string
		Checkpoints, Failures int
		Sinks                 map[string][]random.Value
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &outcomes))
	inOrder, restored, sinks, records := 0, 0, 0, 0
	for _, p := range packages {
		for _, pipeline := range p.Pipelines {
			at := fmt.Sprintf("seed %d, %s of package %s", *seed, pipeline.Name, p.Name)
			outcome := outcomes[p.Name][pipeline.Name]
			require.Empty(t, outcome.Error, at)
			require.Positive(t, outcome.Failures, at)
			if outcome.Checkpoints > 1 {
				restored++
			}
			want, ordered := random.Interpret(pipeline)
			require.Len(t, outcome.Sinks, len(want), at)
			for sink, values := range want {
				got := outcome.Sinks[sink]
				if ordered[sink] {
					inOrder++
				} else {
					values, got = random.Sorted(values), random.Sorted(got)
				}
				sinks++
				records += len(values)
				if missing, surplus := random.Compare(values, got); !slices.Equal(values, got) {
					t.Fatalf("%s: sink %s, in order: %v: got %d records, not %d; missing: %v …, surplus: %v …", at, sink, ordered[sink], len(got), len(values),
						missing[:min(5, len(missing))], surplus[:min(5, len(surplus))])
				}
			}
		}
	}
	t.Logf("%d pipelines, %d with checkpoints on the way; %d sinks, %d of them in order; %d records; %v", len(packages)*pipelinesPerPackage, restored, sinks, inOrder, records,
		random.Census(packages))
	require.Positive(t, restored)
	require.Positive(t, inOrder)
}

// keepFailed leaves a module behind for a look at it, if the test fails.
func keepFailed(t *testing.T, dir string) {
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		kept, err := os.MkdirTemp("", "streamgen-random-")
		if err == nil {
			err = os.CopyFS(kept, os.DirFS(dir))
		}
		t.Logf("seed %d; the module is in %s (%v)", *seed, kept, err)
	})
}

// In each of the packages one thing is broken, a different one in every one of them. It is told, at its place and nowhere else, and nothing is
// generated for the package.
func TestRandomMistakes(t *testing.T) {
	type broken struct {
		kind  string
		place random.Place
	}
	dir := module.New(t, randomModule)
	keepFailed(t, dir)
	wanted := map[string]broken{}
	for i, mistake := range random.Mistakes() {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		for try := uint64(0); ; try++ {
			require.Less(t, try, uint64(100), "no package has a place for: %s", mistake.Name)
			p := random.Draw(fmt.Sprint("b", i), *seed<<32+uint64(i)<<16+try, 2, nil)
			files := p.Files(randomModule)
			source, place, ok := mistake.Break(r, files[p.Name+".go"])
			if !ok {
				continue
			}
			files[p.Name+".go"] = source
			for name, content := range files {
				module.Write(t, filepath.Join(dir, p.Name, name), content)
			}
			wanted[filepath.Join(p.Name, p.Name+".go")] = broken{mistake.Name, place}
			break
		}
	}
	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./..."}, Env: module.Env()})
	require.NoError(t, err)
	for _, file := range result.Files {
		t.Errorf("%s is generated", file.Path)
	}
	told := map[string][]gen.Diagnostic{}
	for _, d := range result.Diagnostics {
		told[d.Pos.Filename] = append(told[d.Pos.Filename], d)
	}
	for file, want := range wanted {
		t.Run(want.kind, func(t *testing.T) {
			require.NotEmpty(t, told[file], "%s: not told, but it is at %+v", file, want.place)
			for _, d := range told[file] {
				require.True(t, d.Pos.Line == want.place.Line && want.place.From <= d.Pos.Column && d.Pos.Column < want.place.To,
					"it is at %+v, and told as:\n%s", want.place, d)
			}
		})
	}
}
