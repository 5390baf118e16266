package load

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// hasMarkedTests reports whether a test file of p has directives or was generated.
func hasMarkedTests(p *packages.Package) bool {
	if p.Dir == "" || p.Name == "" {
		return false
	}
	names, _ := filepath.Glob(filepath.Join(p.Dir, "*_test.go"))
	return slices.ContainsFunc(names, func(name string) bool {
		src, err := os.ReadFile(name)
		return err == nil && (bytes.HasPrefix(src, []byte("//streamgen:")) || bytes.Contains(src, []byte("\n//streamgen:")) || IsGenerated(src))
	})
}

// withTests picks from a load with tests the packages with their test files and the external test packages.
func withTests(found []*packages.Package, paths []string) []*packages.Package {
	var result []*packages.Package
	for _, path := range paths {
		var own *packages.Package
		for _, p := range found {
			switch {
			case p.PkgPath == path && (own == nil || p.ForTest == path):
				own = p
			case p.ForTest == path && strings.HasSuffix(p.Name, "_test"):
				result = append(result, p)
			}
		}
		if own != nil {
			result = append(result, own)
		}
	}
	return result
}
