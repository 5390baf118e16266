package directive

import (
	"go/ast"
	"go/token"
	"strings"
)

// Name is one of the names behind a directive.
type Name struct {
	Text string
	Pos  token.Pos
}

// RemovedNames returns what the directives removed of a doc comment name.
func RemovedNames(doc *ast.CommentGroup) []Name {
	var names []Name
	for _, c := range comments(doc) {
		arguments, ok := strings.CutPrefix(c.Text, prefix+string(Removed)+" ")
		if !ok {
			continue
		}
		offset := len(c.Text) - len(arguments)
		for _, word := range strings.SplitAfter(arguments, " ") {
			if name := strings.TrimSpace(word); name != "" {
				names = append(names, Name{name, c.Pos() + token.Pos(offset)})
			}
			offset += len(word)
		}
	}
	return names
}

// Doc is the doc comment of a type, nil if it has none.
func Doc(decl *ast.GenDecl, spec *ast.TypeSpec) *ast.CommentGroup {
	if spec.Doc == nil && !decl.Lparen.IsValid() {
		return decl.Doc
	}
	return spec.Doc
}
