package load

import (
	"bytes"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/packages"
)

// SourcePrefix begins the line that says which source a file was generated for.
const SourcePrefix = "// source: "

// orphans returns the files of a package that we generated for sources which are gone, among those that are left out on this platform.
func orphans(p *packages.Package) []string {
	var found []string
	for _, name := range p.IgnoredFiles {
		src, err := os.ReadFile(name)
		if err != nil || filepath.Ext(name) != ".go" || !IsGenerated(src) {
			continue
		}
		source, ok := sourceOf(src)
		if !ok || OutputName(source) != filepath.Base(name) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(p.Dir, source)); os.IsNotExist(err) {
			found = append(found, name)
		}
	}
	return found
}

// sourceOf reads the name of the source from the head of a generated file.
func sourceOf(src []byte) (string, bool) {
	for line := range bytes.Lines(src) {
		if name, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(SourcePrefix)); ok {
			return string(name), filepath.Base(string(name)) == string(name)
		}
		if bytes.HasPrefix(line, []byte("package ")) {
			break
		}
	}
	return "", false
}
