// Package analyzer holds streamgen's checks as an analyzer of go/analysis, for go vet -vettool, golangci-lint and other drivers.
package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// Analyzer reports what streamgen generate would refuse: the same mistakes at the same places, with edits that mend them where these
// are obvious. Files that streamgen has generated do not count as the user's code.
var Analyzer = &analysis.Analyzer{
	Name: "streamgen",
	Doc: "check streaming operators and pipelines\n\n" +
		"Structs marked //streamgen:operator and //streamgen:pipeline are checked as streamgen generate does.",
	URL:              "https://github.com/streamgen/streamgen/blob/main/docs/directives.md",
	Run:              run,
	RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	if !marked(pass.Files) {
		return nil, nil
	}
	source := load.Source{
		Path: pass.Pkg.Path(), Fset: pass.Fset, Files: pass.Files, Info: pass.TypesInfo, Sizes: pass.TypesSizes,
	}
	if pass.Module != nil {
		source.Module, source.GoVersion = pass.Module.Path, pass.Module.GoVersion
	}
	var diags diag.List
	check.Check(source.Package(), &diags)
	diags.Sort()
	for _, d := range diags {
		report, err := reported(pass, d)
		if err != nil {
			return nil, err
		}
		pass.Report(report)
	}
	return nil, nil
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
func reported(pass *analysis.Pass, d diag.Diagnostic) (analysis.Diagnostic, error) {
	pos, err := position(pass, d.Pos)
	if err != nil {
		return analysis.Diagnostic{}, err
	}
	d.Pos = token.Position{}
	result := analysis.Diagnostic{Pos: pos, Message: d.String()}
	for _, fix := range d.Fixes {
		var edits []analysis.TextEdit
		for _, e := range fix.Edits {
			start, err := position(pass, e.Start)
			if err != nil {
				return analysis.Diagnostic{}, err
			}
			end := start + token.Pos(e.End.Offset-e.Start.Offset)
			edits = append(edits, analysis.TextEdit{Pos: start, End: end, NewText: []byte(e.New)})
		}
		result.SuggestedFixes = append(result.SuggestedFixes, analysis.SuggestedFix{Message: fix.Message, TextEdits: edits})
	}
	return result, nil
}

// position finds a place again in the files of the pass, the beginning of its package where it names no line.
func position(pass *analysis.Pass, p token.Position) (token.Pos, error) {
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		at := pass.Fset.Position(f.Package)
		switch {
		case p.Line == 0:
			return f.Package, nil
		case at.Filename != p.Filename:
		case file.Name() == p.Filename:
			return file.Pos(p.Offset), nil
		default: // made by cgo, with the lines of the user's file
			for line := 1; line <= file.LineCount(); line++ {
				if start := file.LineStart(line); file.Position(start).Line == p.Line {
					return start, nil
				}
			}
		}
	}
	return token.NoPos, fmt.Errorf("%s is in none of the files of %s", p, pass.Pkg.Path())
}
