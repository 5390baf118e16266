package gen

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// compare holds what the package keeps today against its committed record, which it returns, and reports what would be lost. An external
// test package has no record: it returns nil for it, and for a record that cannot be read.
func compare(checked *check.Result, recorded *record.Record, diags *diag.List) (*record.Record, error) {
	p := checked.Package
	if isExternalTest(p) {
		return nil, nil
	}
	older, err := record.Read(p.Dir, diags)
	if older == nil || err != nil {
		return nil, err
	}
	c := &comparison{Result: checked, diags: diags}
	losses, err := recorded.Compare(older, c.removed)
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", record.Path(p.Dir), err)
	}
	for _, loss := range losses {
		c.report(loss)
	}
	return older, nil
}

func isExternalTest(p *load.Package) bool { return strings.HasSuffix(p.Types.Name(), "_test") }

// addRecord adds the file of the record, if there is something to record.
func (r *Result) addRecord(p *load.Package, recorded, older *record.Record, files map[string][]byte) error {
	if older == nil {
		return nil
	}
	content, err := recorded.Encode()
	switch {
	case err != nil:
		return err
	case content != nil:
		files[record.Path(p.Dir)] = content
	case len(older.Pipelines) > 0:
		r.Files = append(r.Files, File{Path: record.Path(p.Dir)})
	}
	return nil
}

// comparison reports what a package loses.
type comparison struct {
	*check.Result
	diags *diag.List
}

func (c *comparison) pipeline(name string) *model.Pipeline {
	for _, p := range c.Pipelines {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// removed are the operators that a pipeline says are gone.
func (c *comparison) removed(name string) []string {
	var uids []string
	if p := c.pipeline(name); p != nil {
		for _, gone := range c.Past.Removed(p.Type.Obj()) {
			uids = append(uids, gone.Text)
		}
	}
	return uids
}

const accept = "if no checkpoint is to be kept, streamgen schema accept records what there is now"

func (c *comparison) report(l record.Loss) {
	p := c.pipeline(l.Pipeline)
	switch {
	case p == nil:
		first := c.Package.Files[0].Syntax
		c.add(first.Name.Pos(), fmt.Sprintf("there is no pipeline %s any more, whose operator %s kept %s", l.Pipeline, l.Operator, l.State),
			"a job finds its checkpoints by the name of its pipeline: give it back\n"+accept)
	case l.Now == nil && !has(p, l.Operator):
		c.add(p.Type.Obj().Pos(), fmt.Sprintf("pipeline %s has no operator %s any more, which kept %s", l.Pipeline, l.Operator, l.State),
			fmt.Sprintf("if its field has another name now, tag that with uid:%q\nif what it kept may be dropped, write //streamgen:removed %s above the pipeline\n",
				l.Operator, l.Operator)+accept)
	case l.Now == nil && strings.Contains(l.State, "."):
		_, field, _ := strings.Cut(l.State, ".")
		c.add(c.field(p, l.Operator), fmt.Sprintf("operator %s of pipeline %s does not keep %s any more", l.Operator, l.Pipeline, l.State),
			fmt.Sprintf("if the field has another name now, tag that with was:%q\nif what it held may be dropped, write //streamgen:removed %s above its struct\n", field, field)+accept)
	case l.Now == nil:
		c.add(c.field(p, l.Operator), fmt.Sprintf("operator %s of pipeline %s does not keep %s any more", l.Operator, l.Pipeline, l.State),
			"keep it, or give the operator another uid and write //streamgen:removed "+l.Operator+" above the pipeline\n"+accept)
	case l.Difference == nil:
		c.add(c.field(p, l.Operator), fmt.Sprintf("state %s of operator %s in pipeline %s was %s and is %s now", l.State, l.Operator, l.Pipeline, l.Was, l.Is),
			"give the new one another name\n"+accept)
	default:
		c.reportDifference(p, l)
	}
}

func has(p *model.Pipeline, uid string) bool {
	return slices.ContainsFunc(p.Fields, func(f *model.Field) bool { return f.UID == uid })
}

// reportDifference reports at the Go field that differs, or at the type that has lost it.
func (c *comparison) reportDifference(p *model.Pipeline, l record.Loss) {
	place := c.place(l, c.field(p, l.Operator))
	d := l.Difference
	hint := "a checkpoint of the deployed program could not be read: give the field its type back, or the new one another name\n"
	switch {
	case d.Frozen && d.Path != "[key]":
		hint = "a checkpoint of the deployed program could not be read: give the keys their type back, or the new map another name\n"
	case d.Frozen:
		hint = "the key decides where a state lives, and it would not be found: give it its type back, or the operator another uid\n"
	case d.Reader == "":
		name := d.Path[strings.LastIndex(d.Path, ".")+1:]
		hint = fmt.Sprintf("if the field has another name now, tag that with was:%q\nif what it held may be dropped, write //streamgen:removed %s above %s\n", name, name, place.owner)
	}
	var chain []diag.Cause
	if operator := c.field(p, l.Operator); operator != place.pos {
		chain = []diag.Cause{{Pos: c.Package.Fset.Position(operator), Text: fmt.Sprintf("operator %s of pipeline %s keeps it", l.Operator, l.Pipeline)}}
	}
	c.diags.AddChain(c.Package.Fset.Position(place.pos), d.In(l.State), chain, hint+accept)
}

func (c *comparison) add(pos token.Pos, message, hint string) {
	c.diags.Add(c.Package.Fset.Position(pos), message, hint)
}

// field is where an operator stands in a pipeline, or where the pipeline does, if that holds it in another.
func (c *comparison) field(p *model.Pipeline, uid string) token.Pos {
	for _, f := range p.Fields {
		if f.UID != uid {
			continue
		}
		if structure, i := fieldOf(p, f.Path[0]); structure != nil {
			return structure.Field(i).Pos()
		}
	}
	return p.Type.Obj().Pos()
}
