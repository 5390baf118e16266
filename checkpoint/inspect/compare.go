package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// passSize is about how many bytes of entries are in memory at once: of what is longer, one part of the keys is compared after the other.
const passSize = 64 << 20

// compare compares all entries.
func (c *comparison) compare() (Counts, error) {
	if !c.byGroup {
		err := c.unit(c.before.pieces, c.after.pieces)
		return c.counts, err
	}
	before, after := byGroup(c.before.pieces), byGroup(c.after.pieces)
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
		groups[p.group] = append(groups[p.group], p)
	}
	return groups
}

// unit compares pieces that have no key in common with others.
func (c *comparison) unit(before, after []piece) error {
	size := int64(0)
	for _, p := range before {
		size += p.size
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
	last := pass+1 == passes
	err := c.each(c.a, before, c.before, last, func(key, value []byte, e entryBytes) {
		if mine(key) {
			c.hold(key, value, e)
		}
	})
	if err != nil {
		return err
	}
	err = c.each(c.b, after, c.after, last, func(key, value []byte, e entryBytes) {
		if mine(key) {
			c.meet(key, value, e)
		}
	})
	if err != nil {
		return err
	}
	for i := range c.held {
		for h := &c.held[i]; h.left > 0; h.left-- {
			c.counts.Removed++
			c.write("removed", c.entryOf(h), entryBytes{})
		}
	}
	return c.failed
}

// each visits the entries of pieces, with key and value in the common form; an element of a list is its own key. Counted says that they are
// read for the last time.
func (c *comparison) each(from *whole, pieces []piece, s side, counted bool, visit func(key, value []byte, e entryBytes)) error {
	for _, piece := range pieces {
		err := from.blocks(piece, func(entries []byte, count int) error {
			p := serde.NewParser(entries)
			for range count {
				e := s.form.next(&p, entries)
				if p.Err() != nil {
					break
				}
				common, err := c.bringEntry(s, e)
				if err != nil {
					return err
				}
				if common.key == nil {
					visit(common.value, nil, e)
				} else {
					visit(common.key, common.value, e)
				}
			}
			return errors.Join(p.Done(), c.failed)
		})
		if err != nil {
			return err
		}
		read := int64(0)
		if counted {
			read = piece.stored
		}
		if err := c.meter.add(read); err != nil {
			return err
		}
	}
	return nil
}

// bringEntry brings an entry into the common form.
func (c *comparison) bringEntry(s side, e entryBytes) (entryBytes, error) {
	if s.plan == nil {
		return e, nil
	}
	all, err := s.plan.Apply(nil, e.all)
	if err != nil {
		return e, err
	}
	return c.common.split(all)
}

// hold keeps an entry of a.
func (c *comparison) hold(key, value []byte, e entryBytes) {
	if at, there := c.index[string(key)]; there {
		c.held[at].left++ // another one of a list
		return
	}
	h := heldEntry{key: len(c.buffer), left: 1}
	c.buffer = append(c.buffer, key...)
	h.value = len(c.buffer)
	c.buffer = append(c.buffer, value...)
	h.own = len(c.buffer)
	if c.before.plan != nil {
		c.buffer = append(c.buffer, e.value...)
	}
	h.end = len(c.buffer)
	c.index[string(key)] = len(c.held)
	c.held = append(c.held, h)
}

// entryOf returns an entry of a in its own form.
func (c *comparison) entryOf(h *heldEntry) entryBytes {
	e := entryBytes{key: c.buffer[h.key:h.value], value: c.buffer[h.value:h.own]}
	if c.common.key == nil {
		e = entryBytes{value: e.key}
	}
	if c.before.plan != nil {
		e.value = c.buffer[h.own:h.end]
	}
	return e
}

// meet compares an entry of b with that of a.
func (c *comparison) meet(key, value []byte, e entryBytes) {
	at, there := c.index[string(key)]
	if !there || c.held[at].left == 0 {
		c.counts.Added++
		c.write("added", entryBytes{}, e)
		return
	}
	h := &c.held[at]
	h.left--
	if bytes.Equal(c.buffer[h.value:h.own], value) {
		c.counts.Same++
		return
	}
	c.counts.Changed++
	c.write("changed", c.entryOf(h), e)
}

// write writes an entry that differs. What fails stays in failed.
func (c *comparison) write(change string, before, after entryBytes) {
	if c.out == nil || c.failed != nil {
		return
	}
	text := func(s string) { _, _ = c.out.WriteString(s) } // an error stays with out
	part := func(name string, t *schema.Type, value []byte) {
		text(`,"` + name + `":`)
		if err := writeJSON(c.out, t, value); err != nil && c.failed == nil {
			c.failed = fmt.Errorf("state %s: %w", c.state.name(), err)
		}
	}
	text(`{"operator":` + schema.Quote(c.state.operator) + `,"state":` + schema.Quote(c.state.Name) + `,"change":"` + change + `"`)
	if key := c.common.key; key != nil {
		if change == "added" {
			part("key", key, after.key)
		} else {
			part("key", key, before.key)
		}
	}
	switch change {
	case "added":
		part("value", c.after.form.value, after.value)
	case "removed":
		part("value", c.before.form.value, before.value)
	default:
		part("before", c.before.form.value, before.value)
		part("after", c.after.form.value, after.value)
	}
	text("}\n")
}
