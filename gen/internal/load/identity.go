package load

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/packages"
)

// SchemaFile is the name of a package's schema record.
const SchemaFile = "streamgen.schema.json"

// Identity is all that decides what is generated for a package, but for the generator itself: the contents of its files as they were
// parsed, and the export data of everything that they import.
type Identity struct {
	// Name says which package it is, and where.
	Name string
	// imports has a line for the package and for each package that it depends on. The names of files of export data are digests of
	// what they hold.
	imports string
	// own are the contents of the user's files and of the schema record, generated those of our files, by path.
	own, generated map[string]sum
}

type sum = [sha256.Size]byte

// Key digests the identity of the package as it was loaded: of two packages with one key, the same is generated.
func (id *Identity) Key() string { return id.key(id.generated) }

// KeyWith digests the identity that the package has when its generated files are these.
func (id *Identity) KeyWith(files map[string][]byte) string {
	generated := map[string]sum{}
	for path, content := range files {
		generated[path] = sha256.Sum256(content)
	}
	return id.key(generated)
}

func (id *Identity) key(generated map[string]sum) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s", id.Name, id.imports)
	files := maps.Clone(id.own)
	maps.Copy(files, generated)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %x\n", path, files[path])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// identity returns the identity of a package that was converted to result, nil if what decides is not known for sure: something that it
// imports does not compile, or was changed while it was being loaded.
func (l *loader) identity(result *Package, p *packages.Package) *Identity {
	id := &Identity{Name: p.ID + " in " + p.Dir, own: map[string]sum{}, generated: map[string]sum{}}
	if len(result.Errors) > 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("package %s %s %s", p.ID, p.PkgPath, p.Name)}
	if p.Module != nil {
		lines[0] += fmt.Sprintf(" of %s, Go %s", p.Module.Path, p.Module.GoVersion)
	}
	seen := map[string]bool{}
	for _, f := range p.Syntax {
		name := p.Fset.File(f.FileStart).Name()
		if l.generated[name] {
			continue // what is generated may import what it likes
		}
		id.own[name] = l.sums[name]
		for _, spec := range f.Imports {
			path := strings.Trim(spec.Path.Value, "\"`")
			if path == "unsafe" || path == "C" {
				continue
			}
			imported := p.Imports[path]
			if imported == nil || !l.exports(imported, seen, &lines) {
				return nil
			}
		}
	}
	if len(seen) == 0 {
		return nil // nothing says for which platform it was loaded
	}
	slices.Sort(lines)
	id.imports = strings.Join(lines, "\n") + "\n"
	for _, name := range result.Generated {
		id.generated[name] = l.sums[name]
	}
	if schema, err := os.ReadFile(filepath.Join(p.Dir, SchemaFile)); err == nil {
		id.own[filepath.Join(p.Dir, SchemaFile)] = sha256.Sum256(schema)
	}
	return id
}

// exports adds a line for a package that is imported and for all that it imports. It reports whether each has export data that says
// what was loaded of it.
func (l *loader) exports(p *packages.Package, seen map[string]bool, lines *[]string) bool {
	if seen[p.ID] || p.PkgPath == "unsafe" {
		return true
	}
	seen[p.ID] = true
	if p.ExportFile == "" {
		return false
	}
	for _, name := range p.CompiledGoFiles {
		if _, parsed := l.sums[name]; parsed && changedSince(name, l.start) {
			return false // it was loaded from source, perhaps from another than its export data
		}
	}
	*lines = append(*lines, "import "+p.ID+" "+p.ExportFile)
	if mayChange(p) {
		for _, name := range p.CompiledGoFiles {
			if IsGeneratedFile(name) { // what we generated for others is no codec of their own
				*lines = append(*lines, "generated "+name)
			}
		}
	}
	for _, imported := range p.Imports {
		if !l.exports(imported, seen, lines) {
			return false
		}
	}
	return true
}

// mayChange reports whether the files of a package can change under the same names, as those of the standard library and of a version
// of a module cannot.
func mayChange(p *packages.Package) bool {
	return p.Module != nil && (p.Module.Version == "" || p.Module.Replace != nil || strings.Contains(filepath.ToSlash(p.Dir), "/vendor/"))
}

func changedSince(name string, start time.Time) bool {
	info, err := os.Stat(name)
	return err != nil || !info.ModTime().Before(start)
}
