package snapshot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/serde"
)

// Stack is the snapshots that hold the keyed states of one subtask, the oldest first: those behind the first may hold only what changed. It
// yields the entries as one snapshot would hold them.
type Stack []*Reader

// Group is a key group of a state in a stack.
type Group struct {
	// Group is its number.
	Group int
	// layers are its sections in the order in which they count, from the last whole one on.
	layers []layer
}

type layer struct {
	reader  *Reader
	section Section
}

// Groups returns the key groups of a state, in the order of their numbers.
func (s Stack) Groups(operator, state string) []Group {
	var groups []Group
	at := map[int]int{}
	for _, r := range s {
		for _, kind := range []Kind{Whole, Removed, Changed} {
			for _, section := range r.sections {
				if section.Operator != operator || section.State != state || section.Kind != kind {
					continue
				}
				i, known := at[section.Group]
				if !known {
					i = len(groups)
					at[section.Group] = i
					groups = append(groups, Group{Group: section.Group})
				}
				if kind == Whole {
					groups[i].layers = groups[i].layers[:0]
				}
				groups[i].layers = append(groups[i].layers, layer{r, section})
			}
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Group, b.Group) })
	return groups
}

// Read appends the entries of the group to dst and returns their number. Those that have changed stand behind the others.
func (g Group) Read(dst []byte) ([]byte, int, error) {
	if len(g.layers) == 1 && g.layers[0].section.Kind == Whole {
		l := g.layers[0]
		entries, err := l.reader.Read(l.section, dst)
		return entries, l.section.Entries, l.reader.named(err)
	}
	m := merged{at: map[string]int{}}
	for _, l := range g.layers {
		if err := m.add(l); err != nil {
			return dst, 0, l.reader.named(err)
		}
	}
	n := 0
	for _, e := range m.entries {
		if e != nil {
			dst, n = append(dst, e...), n+1
		}
	}
	return dst, n, nil
}

func (r *Reader) named(err error) error {
	if err == nil || r.Name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", r.Name, err)
}

// merged are the entries of several layers.
type merged struct {
	at      map[string]int // by key
	entries [][]byte       // nil where one was removed, or has changed since
}

func (m *merged) add(l layer) error {
	b, err := l.reader.Read(l.section, nil)
	if err != nil {
		return err
	}
	p := serde.NewParser(b)
	for range l.section.Entries {
		start := p.Offset()
		p.Skip()
		key := string(b[start:p.Offset()])
		if l.section.Kind != Removed {
			p.Skip()
		}
		if p.Err() != nil {
			break
		}
		if i, ok := m.at[key]; ok {
			m.entries[i] = nil
			delete(m.at, key)
		}
		if l.section.Kind != Removed {
			m.at[key] = len(m.entries)
			m.entries = append(m.entries, b[start:p.Offset()])
		}
	}
	if err := p.Done(); err != nil {
		return damaged(l.section.offset, l.section.String(), "cannot be read: %v", err)
	}
	return nil
}
