package main

import (
	"bytes"
	"embed"
	"fmt"
	"text/template"
)

//go:embed skeleton
var templates embed.FS

// templateFile is a file of the new module.
type templateFile struct {
	name    string
	content []byte
}

// files are the files of the module.
func (s *skeleton) files() ([]templateFile, error) {
	parsed, err := template.ParseFS(templates, "skeleton/*.tmpl")
	if err != nil {
		return nil, err
	}
	var files []templateFile
	for _, name := range []string{"go.mod", ".gitignore", "README.md", "pipeline.go", "main.go", "pipeline_test.go"} {
		source := name
		if name == ".gitignore" {
			source = "gitignore" // files with a dot are not embedded
		}
		var b bytes.Buffer
		if err := parsed.ExecuteTemplate(&b, source+".tmpl", s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, templateFile{name, b.Bytes()})
	}
	return files, nil
}
