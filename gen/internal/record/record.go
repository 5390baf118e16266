// Package record reads, compares and writes the schema record of a package: a committed file that says in which form the states and the
// records of its pipelines are written. A change that checkpoints of the deployed program would not survive shows in it before it is deployed.
package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/serde/schema"
)

const (
	// generator says whose file it is.
	generator = "streamgen: commit this file, generate compares the states with it"
	// version is that of the file's form. Versions are only ever added.
	version = 1

	keyed = "keyed"
)

// Record is what a package's states and records look like.
type Record struct {
	// Generator is the header: a file without it is not ours.
	Generator string `json:"generator"`
	Version   int    `json:"version"`
	// Pipelines are those of the package that keep or exchange something, by name.
	Pipelines map[string]*Pipeline `json:"pipelines"`
}

// Pipeline is what one pipeline keeps and exchanges.
type Pipeline struct {
	// Operators are those that keep a state, by uid.
	Operators map[string]*Operator `json:"operators,omitempty"`
	// Edges are those whose records go from task to task, or may enter one behind its head, by name.
	Edges map[string]*Form `json:"edges,omitempty"`
}

// Operator is what one operator keeps.
type Operator struct {
	// Key is the schema of its keys, "" without.
	Key string `json:"key,omitempty"`
	// States are by name; that of a list is the name of its struct and that of its field, with a point between.
	States map[string]*Form `json:"states"`

	// Gone are the fields of lists that the program says are gone. A record that was read has none.
	Gone []string `json:"-"`
}

// Form is the form of a state or of a record.
type Form struct {
	// Kind is that of a state: keyed, split, union or broadcast.
	Kind        string `json:"kind,omitempty"`
	Schema      string `json:"schema"`
	Fingerprint string `json:"fingerprint"`

	// Reader is the schema with what the program says of its past, Type the Go type of the state, and Was are the former names of the field
	// that a list is. A record that was read has none of them.
	Reader *schema.Schema `json:"-"`
	Type   types.Type     `json:"-"`
	Was    []string       `json:"-"`
}

// New is an empty record.
func New() *Record {
	return &Record{Generator: generator, Version: version, Pipelines: map[string]*Pipeline{}}
}

// NewForm is the form that a schema tells.
func NewForm(kind, text string, t types.Type) (*Form, error) {
	s, err := schema.Parse(text)
	if err != nil {
		return nil, err
	}
	return &Form{Kind: kind, Schema: s.Recorded(), Fingerprint: fingerprint(s), Reader: s, Type: t}, nil
}

func fingerprint(s *schema.Schema) string { return fmt.Sprintf("%016x", s.Fingerprint()) }

// Encode returns the file's content, nil for a record in which nothing is kept.
func (r *Record) Encode() ([]byte, error) {
	if len(r.Pipelines) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}
