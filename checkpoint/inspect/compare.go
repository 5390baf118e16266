package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// passSize is about how many bytes of entries are in memory at once: of what is longer, one part of the keys is compared after the other.
const passSize = 64 << 20

// comparison compares the entries of a state.
type comparison struct {
	*differ
	state *heldState // as b has it, or a
	// before and after are the pieces of the state, forms their forms.
	before, after         []piece
	formBefore, formAfter form
	plan                  *schema.Plan // from the form of a to that of b, nil if it is the same
	byGroup               bool         // equal keys are in equal key groups
	counts                Counts

	buffer []byte
	held   []heldEntry
	index  map[string]int // of held, by key
}

// heldEntry is an entry of a, in b's form, as offsets in the buffer.
type heldEntry struct {
	start, value, end int
	left              int // how often a has it more than b, as far as b was read
}

// comparison prepares to compare a state, of which one side may be missing. Its error says why that cannot be.
func (d *differ) comparison(before, after *heldState) (*comparison, error) {
	c := &comparison{differ: d, state: after}
	var err error
	if after != nil {
		if c.formAfter, err = after.form(); err != nil {
			return nil, err
		}
		c.after = after.restored()
	}
	if before == nil {
		c.byGroup = after.Kind == checkpoint.KeyedState
		return c, nil
	}
	if c.formBefore, err = before.form(); err != nil {
		return nil, err
	}
	c.before = before.restored()
	if after == nil {
		c.state, c.formAfter, c.byGroup = before, c.formBefore, before.Kind == checkpoint.KeyedState
		return c, nil
	}
	if (c.formBefore.key == nil) != (c.formAfter.key == nil) || c.formBefore.pair != c.formAfter.pair {
		return nil, fmt.Errorf("a %s has not the entries of a %s", before.Kind, after.Kind)
	}
	plan, err := schema.Resolve(c.formBefore.whole, c.formAfter.whole)
	if err != nil {
		return nil, fmt.Errorf("entries of the one form cannot become ones of the other: %w", err)
	}
	if !plan.Same() {
		c.plan = plan
	}
	c.byGroup = before.Kind == checkpoint.KeyedState && d.a.saved.Manifest.Checkpoint.KeyGroups == d.b.saved.Manifest.Checkpoint.KeyGroups
	return c, nil
}

// compare compares all entries.
func (c *comparison) compare() (Counts, error) {
	if !c.byGroup {
		err := c.unit(c.before, c.after)
		return c.counts, err
	}
	before, after := byGroup(c.before), byGroup(c.after)
	groups := map[int]bool{}
	for g := range before {
		groups[g] = true
	}
	for g := range after {
		groups[g] = true
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if err := c.unit(before[g], after[g]); err != nil {
			return c.counts, err
		}
	}
	return c.counts, nil
}

func byGroup(pieces []piece) map[int][]piece {
	groups := map[int][]piece{}
	for _, p := range pieces {
		groups[p.section.Group] = append(groups[p.section.Group], p)
	}
	return groups
}

// unit compares pieces that have no key in common with others.
func (c *comparison) unit(before, after []piece) error {
	size := int64(0)
	for _, p := range before {
		size += p.section.Size
	}
	passes := uint64(size/c.passSize) + 1
	for pass := range passes {
		if err := c.pass(before, after, pass, passes); err != nil {
			return err
		}
	}
	return nil
}

// pass compares those of many keys whose hash says that it is their turn.
func (c *comparison) pass(before, after []piece, pass, passes uint64) error {
	c.buffer, c.held, c.index = c.buffer[:0], c.held[:0], map[string]int{}
	mine := func(key []byte) bool { return passes == 1 || serde.HashBytes(key)%passes == pass }
	err := c.each(c.a, before, c.formBefore, pass+1 == passes, func(e entryBytes) error { return c.hold(e, mine) })
	if err != nil {
		return err
	}
	err = c.each(c.b, after, c.formAfter, pass+1 == passes, func(e entryBytes) error {
		key, value := e.identity()
		if !mine(key) {
			return nil
		}
		return c.meet(key, value)
	})
	if err != nil {
		return err
	}
	for _, h := range c.held {
		for ; h.left > 0; h.left-- {
			c.counts.Removed++
			if err := c.write("removed", c.buffer[h.start:h.value], c.buffer[h.value:h.end], nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// identity is by what an entry is found, and what it has there. An element of a list is its own key.
func (e entryBytes) identity() (key, value []byte) {
	if e.key == nil {
		return e.value, nil
	}
	return e.key, e.value
}

// each visits the entries of pieces. Counted says that they are read for the last time.
func (c *comparison) each(from *whole, pieces []piece, f form, counted bool, visit func(entryBytes) error) error {
	for _, piece := range pieces {
		err := from.blocks(piece, func(entries []byte, count int) error {
			p := serde.NewParser(entries)
			for range count {
				e := f.next(&p, entries)
				if p.Err() != nil {
					break
				}
				if err := visit(e); err != nil {
					return err
				}
			}
			return p.Done()
		})
		if err != nil {
			return err
		}
		read := int64(0)
		if counted {
			read = piece.section.Stored()
		}
		if err := c.meter.add(read); err != nil {
			return err
		}
	}
	return nil
}

// hold keeps an entry of a, in b's form.
func (c *comparison) hold(e entryBytes, mine func([]byte) bool) error {
	if c.plan != nil {
		all, err := c.plan.Apply(nil, e.all)
		if err != nil {
			return err
		}
		if e, err = c.formAfter.split(all); err != nil {
			return err
		}
	}
	key, value := e.identity()
	if !mine(key) {
		return nil
	}
	at, there := c.index[string(key)]
	if there {
		c.held[at].left++ // another one of a list
		return nil
	}
	start := len(c.buffer)
	c.buffer = append(append(c.buffer, key...), value...)
	c.index[string(key)] = len(c.held)
	c.held = append(c.held, heldEntry{start: start, value: start + len(key), end: len(c.buffer), left: 1})
	return nil
}

// meet compares an entry of b with that of a.
func (c *comparison) meet(key, value []byte) error {
	at, there := c.index[string(key)]
	if !there || c.held[at].left == 0 {
		c.counts.Added++
		return c.write("added", key, nil, value)
	}
	h := &c.held[at]
	h.left--
	before := c.buffer[h.value:h.end]
	if bytes.Equal(before, value) {
		c.counts.Same++
		return nil
	}
	c.counts.Changed++
	return c.write("changed", key, before, value)
}

// write writes an entry that differs.
func (c *comparison) write(change string, key, before, after []byte) error {
	if c.out == nil {
		return nil
	}
	f := c.formAfter
	text := func(s string) { _, _ = c.out.WriteString(s) } // an error stays with out
	part := func(name string, t *schema.Type, value []byte) error {
		text(`,"` + name + `":`)
		return writeJSON(c.out, t, value)
	}
	text(`{"operator":` + schema.Quote(c.state.operator) + `,"state":` + schema.Quote(c.state.Name) + `,"change":"` + change + `"`)
	var err error
	switch {
	case f.key == nil:
		err = part("value", f.value, key)
	case change == "added":
		err = errors.Join(part("key", f.key, key), part("value", f.value, after))
	case change == "removed":
		err = errors.Join(part("key", f.key, key), part("value", f.value, before))
	default:
		err = errors.Join(part("key", f.key, key), part("before", f.value, before), part("after", f.value, after))
	}
	text("}\n")
	return err
}
