package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// FromYAML returns the options that a YAML file sets. Keys are dotted, nested, or both:
//
//	execution.checkpointing:
//	  interval: 30 s
//	  unaligned.enabled: true
//
// Name is the file's, for messages and for Value.From. Values are taken as they are written: whether one is read as a duration, a number
// or a word, its option decides. A key that stands twice is an error, and so is one without a value.
func FromYAML(name string, src []byte) (Values, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	var document, more yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return Values{}, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: there is a second document behind the first: put all options into one", name)
	}
	r := &yamlReader{name: name, values: Values{}}
	r.read("", document.Content[0])
	return r.values, errors.Join(r.errs...)
}

// yamlReader collects the options of a file, and what is wrong with it.
type yamlReader struct {
	name   string
	values Values
	errs   []error
}

func (r *yamlReader) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d", r.name, n.Line) }

// fail adds a mistake, of the option of that key if there is one.
func (r *yamlReader) fail(n *yaml.Node, key, text string) {
	r.errs = append(r.errs, &mistake{places: []string{r.at(n)}, key: key, err: errors.New(key + text)})
}

func (r *yamlReader) read(key string, n *yaml.Node) {
	switch {
	case n.Kind == yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			name, value := n.Content[i], n.Content[i+1]
			if name.Kind != yaml.ScalarNode || name.Tag == "!!merge" || name.Value == "" {
				r.fail(name, "", "a key is to be the name of an option, or the beginning of one")
				continue
			}
			inner := name.Value
			if key != "" {
				inner = key + "." + inner
			}
			r.read(inner, value)
		}
	case key == "" && n.Tag == "!!null": // nothing but comments
	case key == "":
		r.fail(n, "", "a configuration is a mapping, as in execution.checkpointing.interval: 30 s")
	case n.Kind == yaml.AliasNode:
		r.fail(n, key, " is an alias: write the value out")
	case n.Kind != yaml.ScalarNode:
		r.fail(n, key, " is a list: no option takes one")
	case n.Tag == "!!null" && n.Style == 0:
		r.fail(n, key, " has no value: give it one, or leave it out")
	default:
		if before, ok := r.values[key]; ok {
			r.fail(n, key, " is set twice, also at "+before.From)
			return
		}
		r.values[key] = Value{Text: n.Value, From: r.at(n)}
	}
}
