package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/serde/schema"
)

// Path is where the record of the package in a folder stands.
func Path(dir string) string { return filepath.Join(dir, load.SchemaFile) }

// Read reads the record of the package in a folder, an empty one if there is none. What is wrong with the file it adds to diags, and
// returns nil.
func Read(dir string, diags *diag.List) (*Record, error) {
	content, err := os.ReadFile(Path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return New(), nil
	}
	if err != nil {
		return nil, err
	}
	return parse(content, Path(dir), diags), nil
}

// IsRecord reports whether a file of the record's name is ours, although it may be damaged.
func IsRecord(content []byte) bool { return bytes.Contains(content, []byte(generator)) }

// parse reads the content of a record.
func parse(content []byte, path string, diags *diag.List) *Record {
	fail := func(offset int, message, hint string) *Record {
		before := content[:min(offset, len(content))]
		diags.Add(token.Position{
			Filename: path, Offset: len(before), Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'),
		}, message, hint)
		return nil
	}
	if at := conflict(content); at >= 0 {
		return fail(at, "the schema record has the markers of a merge in it", "take the side of what is deployed, whole, and generate again: "+
			"that compares it with the merged states and writes their record")
	}
	const notOurs = "streamgen.schema.json is the name of the schema record: a file of that name that streamgen has not written is not overwritten, rename it; " +
		"a record that is damaged comes back from version control"
	r := &Record{}
	d := json.NewDecoder(bytes.NewReader(content))
	err := d.Decode(r)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fail(int(syntax.Offset), "the schema record cannot be read: "+err.Error(), notOurs)
	case errors.As(err, &wrong):
		return fail(int(wrong.Offset), "the schema record cannot be read: "+err.Error(), notOurs)
	case err != nil:
		return fail(len(content), "the schema record cannot be read: "+err.Error(), notOurs)
	case r.Generator != generator:
		return fail(0, "the file is no schema record: it does not say that streamgen has written it", notOurs)
	case r.Version > version:
		return fail(0, fmt.Sprintf("the schema record has version %d, this streamgen knows versions up to %d", r.Version, version), "use a newer streamgen")
	}
	return r.check(content, fail)
}

// check holds each schema against its fingerprint.
func (r *Record) check(content []byte, fail func(offset int, message, hint string) *Record) *Record {
	for _, name := range slices.Sorted(maps.Keys(r.Pipelines)) {
		if r.Pipelines[name] == nil {
			return fail(0, "pipeline "+name+" of the schema record is null", byHand)
		}
		for _, uid := range slices.Sorted(maps.Keys(r.Pipelines[name].Operators)) {
			op := r.Pipelines[name].Operators[uid]
			if op == nil {
				return fail(0, "operator "+uid+" of the schema record is null", byHand)
			}
			for _, state := range slices.Sorted(maps.Keys(op.States)) {
				if !op.States[state].whole() {
					return fail(max(0, bytes.Index(content, []byte(strconv.Quote(state)))),
						"the schema of state "+state+" of operator "+uid+" does not have the fingerprint that stands beside it", byHand)
				}
			}
		}
	}
	return r
}

const byHand = "the file was changed by hand: take it from version control"

func (f *Form) whole() bool {
	if f == nil {
		return false
	}
	s, err := schema.Parse(f.Schema)
	return err == nil && fingerprint(s) == f.Fingerprint
}

// conflict returns where the first marker of a merge stands, -1 if there is none.
func conflict(content []byte) int {
	offset := 0
	for line := range bytes.Lines(content) {
		for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
			if bytes.HasPrefix(line, []byte(marker)) {
				return offset
			}
		}
		offset += len(line)
	}
	return -1
}
