// Passive finds what the passive core must not have: go statements, wait groups, and waiting for a channel. Imports and calls are
// for golangci-lint to find, see .golangci.yml.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// lenders lend the core real goroutines and a real disk.
var lenders = map[string]bool{"runtime/core/live.go": true, "checkpoint/vfs/os.go": true}

func main() {
	fset, found, read := token.NewFileSet(), 0, 0
	for _, root := range []string{"runtime/core", "checkpoint"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || lenders[filepath.ToSlash(path)] {
				return err
			}
			file, err := parser.ParseFile(fset, path, nil, 0)
			if err != nil {
				return err
			}
			read++
			ast.Inspect(file, func(n ast.Node) bool {
				if what := forbidden(n); what != "" {
					fmt.Printf("%s: the passive core has no %s: only a driver may\n", fset.Position(n.Pos()), what)
					found++
				}
				return true
			})
			return nil
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, "passive:", err)
			os.Exit(2)
		}
	}
	if found > 0 || read == 0 {
		os.Exit(1)
	}
}

// forbidden names what n is, if it must not be there.
func forbidden(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "go statement"
	case *ast.SelectStmt:
		return "select"
	case *ast.SendStmt:
		return "send to a channel"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "receive from a channel"
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "sync" && n.Sel.Name == "WaitGroup" {
			return "wait group"
		}
	}
	return ""
}
