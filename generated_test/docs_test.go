package generated_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// Every piece of Go in the documentation is Go: a file, declarations, statements, or fields of a struct. That of the README which is
// whole is built and run by the script readme.
func TestGoInTheDocumentationParses(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "../README.md", "../cmd/streamgen/skeleton/README.md.tmpl") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, at := range goBlock.FindAllSubmatchIndex(text, -1) {
			code := string(text[at[2]:at[3]])
			if err := parseSnippet(code); err != nil {
				t.Errorf("%s: %v in\n%s", page, err, code)
			}
		}
	}
}

// parseSnippet returns nil if code is one of what a snippet may be, and otherwise what is wrong with it as declarations.
func parseSnippet(code string) error {
	var first error
	for _, whole := range []string{
		"package p\n" + code, code, "package p\nfunc _() {\n" + code + "\n}", "package p\ntype _ struct {\n" + code + "\n}",
	} {
		_, err := parser.ParseFile(token.NewFileSet(), "", whole, parser.SkipObjectResolution)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}
