package gen

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// Analyze reports to a driver of analyzers what Generate would refuse in its package. The driver has type-checked the package with the
// generated files; these do not count as the user's code.
func Analyze(pass *analysis.Pass) error {
	if !marked(pass.Files) {
		return nil
	}
	source := load.Source{
		Path: pass.Pkg.Path(), Fset: pass.Fset, Files: pass.Files, Info: pass.TypesInfo, Sizes: pass.TypesSizes,
	}
	if pass.Module != nil {
		source.Module, source.GoVersion = pass.Module.Path, pass.Module.GoVersion
	}
	if !source.IsWhole(pass.ReadFile) {
		return nil // the driver has said why
	}
	var result Result
	p := source.Package()
	if err := guarded(p, func() error { return result.add(p) }); err != nil {
		return err
	}
	result.Diagnostics.Sort()
	for _, d := range result.Diagnostics {
		pass.Report(reported(pass, d))
	}
	return nil
}

// marked reports whether a file holds what may be a directive: most packages hold none.
func marked(files []*ast.File) bool {
	for _, f := range files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				if strings.Contains(c.Text, "streamgen:") {
					return true
				}
			}
		}
	}
	return false
}

// reported is d as drivers of analyzers take it. The message has what leads to the mistake and the hint on further lines.
func reported(pass *analysis.Pass, d Diagnostic) analysis.Diagnostic {
	pos, ok := position(pass, d.Pos)
	if ok {
		d.Pos = token.Position{} // a place in another file is said in the message
	}
	result := analysis.Diagnostic{Pos: pos, Message: d.String()}
	for _, fix := range d.Fixes {
		var edits []analysis.TextEdit
		for _, e := range fix.Edits {
			if start, ok := position(pass, e.Start); ok {
				end := start + token.Pos(e.End.Offset-e.Start.Offset)
				edits = append(edits, analysis.TextEdit{Pos: start, End: end, NewText: []byte(e.New)})
			}
		}
		if len(edits) == len(fix.Edits) {
			result.SuggestedFixes = append(result.SuggestedFixes, analysis.SuggestedFix{Message: fix.Message, TextEdits: edits})
		}
	}
	return result
}

// position finds a place again in the files of the pass. A place that is in none of them is the beginning of the package.
func position(pass *analysis.Pass, p token.Position) (token.Pos, bool) {
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		switch {
		case p.Line == 0 || pass.Fset.Position(f.Package).Filename != p.Filename:
		case file.Name() == p.Filename:
			return file.Pos(p.Offset), true
		default: // made by cgo, with the lines of the user's file
			for line := 1; line <= file.LineCount(); line++ {
				if start := file.LineStart(line); file.Position(start).Line == p.Line {
					return start, true
				}
			}
		}
	}
	return pass.Files[0].Package, false
}
