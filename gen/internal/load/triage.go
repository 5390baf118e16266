package load

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/streamgen/streamgen/gen/internal/diag"
)

// triage sorts the errors of p: what makes it unreadable, what may matter, and what goes away with the code to be generated.
func (l *loader) triage(result *Package, p *packages.Package) {
	for _, e := range p.Errors {
		pos := l.position(e.Pos)
		if pos.Filename == "" && len(p.Syntax) > 0 {
			pos = p.Fset.Position(p.Syntax[0].Package)
		}
		switch {
		case l.generated[pos.Filename] || e.Kind == packages.TypeError && !isImportError(e.Msg):
		case strings.HasPrefix(e.Msg, "# "): // the compiler met the same as the type checker
		case e.Kind == packages.ParseError:
			result.Errors.Add(pos, e.Msg, "")
		case isImportError(e.Msg):
			message, why := importError(p, e.Msg)
			result.Errors.AddChain(pos, message, why, "fix the import first: without it the types cannot be known")
		default:
			result.Errors.Add(pos, strings.TrimSpace(e.Msg), "")
		}
	}
	for _, e := range p.TypeErrors {
		if !e.Soft && !inBody(result, e.Pos) && !isImportError(e.Msg) {
			result.TypeErrors = append(result.TypeErrors, e)
		}
	}
	if result.Types == nil && len(result.Errors) == 0 {
		result.Errors.Add(token.Position{Filename: result.Dir}, fmt.Sprintf("package %s has no types", p.PkgPath), "")
	}
}

// imported collects the mistakes in what p imports; only packages that do not compile are type-checked from source, and have some.
func imported(p *packages.Package, seen map[string]bool) []types.Error {
	var found []types.Error
	for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
		if seen[path] {
			continue
		}
		seen[path] = true
		for _, e := range p.Imports[path].TypeErrors {
			if e.Soft {
				continue
			}
			if isImportError(e.Msg) {
				message, why := importError(p.Imports[path], e.Msg)
				for _, cause := range why {
					message += ": " + cause.Text
				}
				e.Msg = message
			}
			found = append(found, e)
		}
		found = append(found, imported(p.Imports[path], seen)...)
	}
	return found
}

func isImportError(message string) bool { return strings.HasPrefix(message, couldNotImport) }

// importError is what the type checker says of an import, and the reason that the go command gives, a cause for each of its lines.
func importError(p *packages.Package, said string) (message string, why []diag.Cause) {
	message = strings.TrimSuffix(said, ` (invalid package name: "")`)
	imported := p.Imports[strings.TrimPrefix(message, couldNotImport)]
	if imported == nil || len(imported.Errors) == 0 {
		return message, nil
	}
	for line := range strings.SplitSeq(strings.TrimSpace(imported.Errors[0].Msg), "\n") {
		why = append(why, diag.Cause{Text: strings.TrimSpace(line)})
	}
	return message, why
}

const couldNotImport = "could not import "

// inBody reports whether pos lies in the body of a function.
func inBody(p *Package, pos token.Pos) bool {
	for _, f := range p.Files {
		if pos < f.Syntax.FileStart || pos > f.Syntax.FileEnd {
			continue
		}
		inside := false
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if inside || n == nil || pos < n.Pos() || pos > n.End() {
				return false
			}
			if body, ok := n.(*ast.BlockStmt); ok {
				inside = body.Pos() <= pos && pos < body.End()
			}
			return !inside
		})
		return inside
	}
	return true // in a file of ours
}

// position parses file:line:col. The go command names files relative to the folder in which it runs.
func (l *loader) position(s string) token.Position {
	var pos token.Position
	pos.Filename = s
	if name, column, ok := cutLast(s); ok {
		pos.Filename, pos.Line = name, column
		if name, line, ok := cutLast(name); ok {
			pos.Filename, pos.Line, pos.Column = name, line, column
		}
	}
	switch {
	case pos.Filename == "-":
		pos.Filename = ""
	case pos.Filename != "" && !filepath.IsAbs(pos.Filename):
		pos.Filename = filepath.Join(l.cfg.Dir, pos.Filename)
	}
	return pos
}

func cutLast(s string) (string, int, bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil
}

// InvalidIn returns the type errors that lie in the given declaration.
func (p *Package) InvalidIn(n ast.Node) []types.Error {
	var found []types.Error
	for _, e := range p.TypeErrors {
		if n.Pos() <= e.Pos && e.Pos <= n.End() {
			found = append(found, e)
		}
	}
	return found
}
