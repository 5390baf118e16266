package gen

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/streamgen/streamgen/gen/internal/cache"
	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/emit"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// Generate loads packages and generates their files. It writes nothing. An error means that it could not do its work; mistakes in
// the packages are diagnostics.
func Generate(ctx context.Context, cfg Config) (*Result, error) {
	packages, dir, err := cfg.load(ctx)
	if err != nil {
		return nil, err
	}
	remembered := cache.Open(cfg.Cache)
	results := make([]Result, len(packages))
	err = each(packages, func(i int, p *load.Package) error {
		if remembered.IsFresh(p.Identity) {
			return nil
		}
		if err := results[i].add(p); err != nil {
			return fmt.Errorf("package %s: %w", p.Path, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	result := &Result{cache: remembered}
	for _, r := range results {
		result.Files = append(result.Files, r.Files...)
		result.Diagnostics = append(result.Diagnostics, r.Diagnostics...)
		result.written = append(result.written, r.written...)
	}
	slices.SortFunc(result.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	result.Diagnostics.Sort()
	result.Diagnostics.Relative(dir)
	return result, nil
}

// each does something for every package, for as many at once as there are processors.
func each(packages []*load.Package, do func(i int, p *load.Package) error) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range packages {
		group.Go(func() error { return guarded(p, func() error { return do(i, p) }) })
	}
	return group.Wait()
}

// add generates one package.
func (r *Result) add(p *load.Package) error {
	checked := check.Check(p, &r.Diagnostics)
	if len(r.Diagnostics) > 0 {
		return nil
	}
	files, recorded, err := emit.Package(checked)
	if err != nil {
		return err
	}
	if r.Diagnostics = hidden(p, files); len(r.Diagnostics) > 0 {
		return nil
	}
	older, err := compare(checked, recorded, &r.Diagnostics)
	if err != nil || len(r.Diagnostics) > 0 {
		return err
	}
	if err := r.addRecord(p, recorded, older, files); err != nil {
		return err
	}
	r.written = []written{{p.Identity, files}}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		r.Files = append(r.Files, File{Path: path, Content: files[path]})
	}
	for _, path := range p.Generated {
		// A copy of one under a name of its own bears our header too, and is not ours to delete.
		if _, ok := files[path]; !ok && strings.Contains(filepath.Base(path), load.OutputSuffix) {
			r.Files = append(r.Files, File{Path: path})
		}
	}
	return nil
}
