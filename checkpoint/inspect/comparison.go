package inspect

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde/schema"
)

// comparison compares the entries of a state.
type comparison struct {
	*differ
	state         *heldState // as b has it, or a
	before, after side
	common        form // what both are brought into
	byGroup       bool // equal keys are in equal key groups
	counts        Counts
	failed        error // to be written

	buffer []byte
	held   []heldEntry
	index  map[string]int // of held, by key
}

// side is a state in one of the checkpoints.
type side struct {
	pieces []piece
	form   form
	plan   *schema.Plan // to the common form, nil if it is that
}

// heldEntry is an entry of a, by its places in the buffer: there stand its key and its value in the common form, and behind them the value in
// its own form if that is another one.
type heldEntry struct {
	key, value, own, end int
	left                 int // how often a has it more than b, as far as b was read
}

// comparison prepares to compare a state, of which one side may be missing. Its error says why that cannot be.
func (d *differ) comparison(before, after *heldState) (*comparison, error) {
	c := &comparison{differ: d, state: after}
	var err error
	if before != nil {
		if c.before.form, err = before.form(); err != nil {
			return nil, err
		}
		c.before.pieces = before.restored()
	}
	if after != nil {
		if c.after.form, err = after.form(); err != nil {
			return nil, err
		}
		c.after.pieces = after.restored()
	}
	switch {
	case after == nil:
		c.state, c.common, c.byGroup = before, c.before.form, before.Kind == checkpoint.KeyedState
		return c, nil
	case before == nil:
		c.common, c.byGroup = c.after.form, after.Kind == checkpoint.KeyedState
		return c, nil
	}
	c.byGroup = after.Kind == checkpoint.KeyedState && d.a.saved.Manifest.Checkpoint.KeyGroups == d.b.saved.Manifest.Checkpoint.KeyGroups
	err = c.bring(before, after)
	return c, err
}

// bring finds out how both sides are brought into a common form.
func (c *comparison) bring(before, after *heldState) error {
	x, y := c.before.form, c.after.form
	switch {
	case (x.key == nil) != (y.key == nil) || x.pair != y.pair:
		return fmt.Errorf("a %s has other entries than a %s", before.Kind, after.Kind)
	case x.key != nil && x.key.String() != y.key.String():
		return fmt.Errorf("keys of %s are no keys of %s", x.key, y.key)
	}
	c.common = y
	if before.Schema == after.Schema {
		return nil
	}
	common := schema.Common(x.whole, y.whole)
	c.common = form{whole: common, key: y.key, value: common.Value, pair: y.pair}
	if y.pair {
		c.common.value = common.Value.Fields[len(common.Value.Fields)-1].Type
		if len(common.Value.Fields) != 2 {
			return errors.New("the fields for key and value have other names")
		}
	}
	var err error
	for _, s := range []*side{&c.before, &c.after} {
		if s.plan, err = schema.Resolve(s.form.whole, common); err != nil {
			return err
		}
		if s.plan.Same() {
			s.plan = nil
		}
	}
	return nil
}
