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

// layer is a section, and the place of its snapshot in the stack.
type layer struct {
	at      int
	section Section
}

// IsWhole reports whether one section has all that the group has. Otherwise its Entries and its Size are those of several sections, which may tell of one
// key more than once.
func (g Group) IsWhole() bool { return len(g.layers) == 1 && g.layers[0].section.Kind == Whole }

// Entries is how many entries, and keys that are gone, its sections have.
func (g Group) Entries() int {
	n := 0
	for _, l := range g.layers {
		n += l.section.Entries
	}
	return n
}

// Size is the length of these.
func (g Group) Size() int64 {
	n := int64(0)
	for _, l := range g.layers {
		n += l.section.Size
	}
	return n
}

// Stored is what its sections take.
func (g Group) Stored() int64 {
	n := int64(0)
	for _, l := range g.layers {
		n += l.section.stored
	}
	return n
}

// Groups returns the key groups of a state, in the order of their numbers.
func (s Stack) Groups(operator, state string) []Group {
	var groups []Group
	at := map[int]int{}
	for i, r := range s {
		for _, kind := range []Kind{Whole, Removed, Changed} {
			for _, section := range r.sections {
				if section.Operator != operator || section.State != state || section.Kind != kind {
					continue
				}
				k, known := at[section.Group]
				if !known {
					k = len(groups)
					at[section.Group] = k
					groups = append(groups, Group{Group: section.Group})
				}
				if kind == Whole {
					groups[k].layers = groups[k].layers[:0]
				}
				groups[k].layers = append(groups[k].layers, layer{i, section})
			}
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Group, b.Group) })
	return groups
}

// Read appends the entries of a group of the stack to dst and returns their number. Those that have changed stand behind the others.
func (s Stack) Read(g Group, dst []byte) ([]byte, int, error) {
	if g.IsWhole() {
		l := g.layers[0]
		entries, err := s[l.at].Read(l.section, dst)
		return entries, l.section.Entries, s[l.at].named(err)
	}
	m := merged{at: map[string]int{}}
	for _, l := range g.layers {
		if err := m.add(s[l.at], l.section); err != nil {
			return dst, 0, s[l.at].named(err)
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

// Blocks calls visit with the entries of a group of the stack, as [Reader.Blocks] does: block by block if it is whole, all at once if not.
func (s Stack) Blocks(g Group, visit func(entries []byte, count int) error) error {
	if g.IsWhole() {
		l := g.layers[0]
		return s[l.at].named(s[l.at].Blocks(l.section, visit))
	}
	entries, n, err := s.Read(g, nil)
	if err != nil || n == 0 {
		return err
	}
	return s[g.layers[len(g.layers)-1].at].named(visit(entries, n))
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

func (m *merged) add(r *Reader, section Section) error {
	b, err := r.Read(section, nil)
	if err != nil {
		return err
	}
	p := serde.NewParser(b)
	for range section.Entries {
		start := p.Offset()
		p.Skip()
		key := string(b[start:p.Offset()])
		if section.Kind != Removed {
			p.Skip()
		}
		if p.Err() != nil {
			break
		}
		if i, ok := m.at[key]; ok {
			m.entries[i] = nil
			delete(m.at, key)
		}
		if section.Kind != Removed {
			m.at[key] = len(m.entries)
			m.entries = append(m.entries, b[start:p.Offset()])
		}
	}
	if err := p.Done(); err != nil {
		return damaged(section.offset, section.String(), "cannot be read: %v", err)
	}
	return nil
}
