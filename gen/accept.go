package gen

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/emit"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// Records tells the schema records of packages to people. Those that cannot be read are diagnostics; packages without one are left out.
func Records(ctx context.Context, cfg Config) (string, Diagnostics, error) {
	packages, dir, err := cfg.load(ctx)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	var diags Diagnostics
	for _, p := range packages {
		if isExternalTest(p) {
			continue
		}
		r, err := record.Read(p.Dir, &diags)
		if err != nil {
			return "", nil, err
		}
		if r != nil && len(r.Pipelines) > 0 {
			b.WriteString(r.Describe(p.Path))
		}
	}
	diags.Sort()
	diags.Relative(dir)
	return b.String(), diags, nil
}

// Accepted is what Accept found.
type Accepted struct {
	// Result has the records alone, and the mistakes of packages that have none.
	Result
	// GivenUp is what no checkpoint of the deployed programs can keep any more.
	GivenUp Diagnostics
}

// Accept returns the schema records of packages as they are now, whatever they were. It writes nothing.
func Accept(ctx context.Context, cfg Config) (*Accepted, error) {
	packages, dir, err := cfg.load(ctx)
	if err != nil {
		return nil, err
	}
	result := &Accepted{}
	for _, p := range packages {
		if isExternalTest(p) {
			continue
		}
		if err := result.add(p); err != nil {
			return nil, fmt.Errorf("package %s: %w", p.Path, err)
		}
	}
	for _, list := range []*Diagnostics{&result.Diagnostics, &result.GivenUp} {
		list.Sort()
		list.Relative(dir)
	}
	return result, nil
}

// add accepts one package.
func (a *Accepted) add(p *load.Package) error {
	var mistakes diag.List
	checked := check.Check(p, &mistakes)
	if len(mistakes) > 0 {
		a.Diagnostics = append(a.Diagnostics, mistakes...)
		return nil
	}
	recorded, err := emit.Record(checked)
	if err != nil {
		return err
	}
	older, err := compare(checked, recorded, &a.GivenUp)
	if err != nil {
		return err
	}
	if older == nil { // it cannot be read
		content, err := os.ReadFile(record.Path(p.Dir))
		if err != nil {
			return err
		}
		if !record.IsRecord(content) {
			last := len(a.GivenUp) - 1
			a.Diagnostics, a.GivenUp = append(a.Diagnostics, a.GivenUp[last]), a.GivenUp[:last]
			return nil
		}
		older = record.New()
		if len(recorded.Pipelines) == 0 {
			a.Files = append(a.Files, File{Path: filepath.Join(p.Dir, load.SchemaFile)})
			return nil
		}
	}
	files := map[string][]byte{}
	if err := a.addRecord(p, recorded, older, files); err != nil {
		return err
	}
	for path, content := range files {
		a.Files = append(a.Files, File{Path: path, Content: content})
	}
	return nil
}
