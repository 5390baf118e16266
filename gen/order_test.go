package gen_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// What is generated for a declaration depends neither on the file that it stands in nor on the order of files and declarations.
func TestFileOrderDoesNotMatter(t *testing.T) {
	const splits = 8
	for _, name := range []string{"forms", "codecs"} {
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("testdata", "golden", name+".txtar"))
			require.NoError(t, err)
			golden := archive{path: filepath.Join("golden", name), Archive: a}
			source := golden.file(name + ".go")
			cases := make([]archive, splits)
			for i := range cases {
				cases[i] = archive{name: fmt.Sprintf("s%d", i), Archive: &txtar.Archive{Files: shuffled(t, source, rand.New(rand.NewPCG(1, uint64(i))))}}
				for _, f := range a.Files { // its other files, and the packages that it imports
					if f.Name != name+".go" && !golden.isWanted(f.Name) {
						cases[i].Files = append(cases[i].Files, f)
					}
				}
				for j := range cases[i].Files {
					f := &cases[i].Files[j]
					f.Data = []byte(strings.ReplaceAll(string(f.Data), "example.com/cases/"+name+"/", "example.com/cases/"+cases[i].name+"/"))
				}
			}
			result := generate(t, module(t, cases), "./...")
			require.Empty(t, result.Diagnostics.String())
			got := map[string]map[string]string{}
			for _, f := range result.Files {
				pkg := filepath.Base(filepath.Dir(f.Path))
				if filepath.Ext(f.Path) != ".go" || !strings.HasPrefix(pkg, "s") {
					continue
				}
				if got[pkg] == nil {
					got[pkg] = map[string]string{}
				}
				declarations(t, string(f.Content), got[pkg])
			}
			require.Len(t, got, splits)
			require.Greater(t, len(got["s0"]), 20)
			for pkg, all := range got {
				require.Equal(t, got["s0"], all, "s0 and %s", pkg)
			}
		})
	}
}

// shuffled divides the declarations of a file among several, in any order.
func shuffled(t *testing.T, source string, r *rand.Rand) []txtar.File {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	require.NoError(t, err)
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	var parts []string
	clause, imports := "package "+f.Name.Name+"\n\n", ""
	for _, d := range f.Decls {
		start := d.Pos()
		if doc := documentation(d); doc != nil {
			start = doc.Pos()
		}
		text := source[offset(start):offset(d.End())] + "\n\n"
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			imports += text
			continue
		}
		parts = append(parts, text)
	}
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	files := make([]txtar.File, 3)
	names := []string{"a.go", "m.go", "z.go"}
	for i := range files {
		content := clause + imports
		for _, spec := range f.Imports {
			content += "var _ " + map[string]string{
				`"strings"`: "strings.Builder", `"time"`: "time.Time", `"github.com/streamgen/streamgen/runtime"`: "runtime.Time",
			}[spec.Path.Value] + "\n\n"
		}
		content = strings.ReplaceAll(content, "var _ \n\n", "")
		for j := i; j < len(parts); j += len(files) {
			content += parts[j]
		}
		files[i] = txtar.File{Name: names[i], Data: []byte(content)}
	}
	return files
}

func documentation(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.GenDecl:
		return d.Doc
	case *ast.FuncDecl:
		return d.Doc
	}
	return nil
}

// declarations adds the declarations of a generated file: each stands in one file only.
func declarations(t *testing.T, source string, all map[string]string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", source, parser.ParseComments)
	require.NoError(t, err)
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && (g.Tok == token.IMPORT || g.Tok == token.CONST) {
			continue
		}
		text := source[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]
		name, _, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(name, "var _ = ") {
			name = text // a guard, which has no name
		}
		require.NotContains(t, all, name)
		all[name] = text
	}
}
