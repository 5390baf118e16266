package emit

import (
	"bytes"
	"fmt"
	"go/format"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/load"
)

const (
	modulePath  = "github.com/streamgen/streamgen"
	corePath    = modulePath + "/runtime/core"
	runtimePath = modulePath + "/runtime"
	serdePath   = modulePath + "/serde"
	statePath   = modulePath + "/runtime/state"
	tablePath   = modulePath + "/runtime/table"
	timerPath   = modulePath + "/runtime/timer"
	msgpackPath = "github.com/vmihailenco/msgpack/v5"
)

// importNames are the packages that generated code may refer to by itself.
func importNames() map[string]string {
	return map[string]string{
		corePath: "core", runtimePath: "runtime", serdePath: "serde", statePath: "state", tablePath: "table", timerPath: "timer",
		msgpackPath: "msgpack", "context": "context", "errors": "errors", "fmt": "fmt", "maps": "maps", "slices": "slices", "time": "time",
	}
}

// file is one generated file.
type file struct {
	*jen.File
	pkg   *load.Package
	scope *scope
	// names are the packages that generated code may refer to by itself, aliases how those that were referred to are called.
	names, aliases map[string]string
	// locals is the scope around the functions of the file: the package's, and every name that an import may have.
	locals *scope
}

func (e *emitter) newFile(source, constraint string) *file {
	f := &file{
		File: jen.NewFilePathName(e.pkg.Path, e.pkg.Types.Name()), pkg: e.pkg, scope: e.scope, aliases: map[string]string{},
		names: importNames(), locals: newScope(e.scope),
	}
	f.NoFormat = true
	f.HeaderComment(load.Header)
	f.HeaderComment("// source: " + source)
	if constraint != "" {
		f.HeaderComment("")
		f.HeaderComment(constraint)
	}
	paths := slices.Sorted(maps.Keys(f.names))
	for _, path := range paths {
		f.locals.used[f.names[path]] = true
	}
	for _, p := range e.pkg.Types.Imports() {
		f.locals.used[p.Name()] = true
	}
	for _, path := range paths {
		f.qualified(path, f.names[path], "")
	}
	return f
}

// ref refers to a name of a package that generated code needs by itself.
func (f *file) ref(path, name string) *jen.Statement {
	return f.qualified(path, f.names[path], name)
}

// qualified refers to a name of any package.
func (f *file) qualified(path, pkgName, name string) *jen.Statement {
	if path == f.pkg.Path {
		return jen.Id(name)
	}
	if _, ok := f.aliases[path]; !ok {
		alias := pkgName
		if f.declared(pkgName) {
			alias = newScope(f.locals).name(pkgName)
		}
		f.aliases[path] = alias
		if alias == pkgName {
			f.ImportName(path, pkgName)
		} else {
			f.ImportAlias(path, alias)
		}
	}
	return jen.Qual(path, name)
}

func (f *file) core(name string) *jen.Statement  { return f.ref(corePath, name) }
func (f *file) serde(name string) *jen.Statement { return f.ref(serdePath, name) }

// object refers to a type.
func (f *file) object(t *types.TypeName) *jen.Statement {
	if t.Pkg() == nil {
		return jen.Id(t.Name())
	}
	return f.qualified(t.Pkg().Path(), t.Pkg().Name(), t.Name())
}

// bytes renders the file: imports in groups, the whole formatted once.
func (f *file) bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	src, err := format.Source(f.groupImports(b.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("format: %w\n%s", err, b.Bytes())
	}
	return src, nil
}

// groupImports divides the imports into those of the standard library, of other modules and of the user's own.
func (f *file) groupImports(src []byte) []byte {
	head, rest, ok := bytes.Cut(src, []byte("\nimport (\n"))
	if !ok {
		return src
	}
	block, rest, _ := bytes.Cut(rest, []byte("\n)\n"))
	var groups [3][]string
	for line := range strings.SplitSeq(string(block), "\n") {
		path := strings.Trim(line[strings.IndexByte(line, '"'):], `"`)
		first, _, _ := strings.Cut(path, "/")
		switch {
		case f.pkg.Module != "" && (path == f.pkg.Module || strings.HasPrefix(path, f.pkg.Module+"/")):
			groups[2] = append(groups[2], line)
		case strings.Contains(first, "."):
			groups[1] = append(groups[1], line)
		default:
			groups[0] = append(groups[0], line)
		}
	}
	var parts []string
	for _, g := range groups {
		if len(g) > 0 {
			parts = append(parts, strings.Join(g, "\n"))
		}
	}
	return slices.Concat(head, []byte("\nimport (\n"+strings.Join(parts, "\n\n")+"\n)\n"), rest)
}

// comment adds a comment in lines of up to 120 columns.
func (f *file) comment(format string, args ...any) {
	for _, line := range wrap(fmt.Sprintf(format, args...), 120) {
		f.Comment(line)
	}
}

func wrap(text string, width int) []string {
	var lines []string
	line := "//"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = "//"
		}
		line += " " + word
	}
	return append(lines, line)
}

// declared reports whether the package declares the name, which then cannot be that of an import.
func (f *file) declared(name string) bool {
	return f.pkg.Types.Scope().Lookup(name) != nil
}

// short is the body of a function on the function's own line.
func short(statement jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{ ", Close: " }"}, statement)
}
