package inspect

import (
	"bufio"
	"errors"
	"io"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Difference is what is not the same in two checkpoints, a and b, at one operator or one of its states.
type Difference struct {
	Operator string
	// State is "" for the operator itself.
	State string
	// Only is "a" or "b" where the operator or the state is in one of them alone, else "".
	Only string
	// Before and After are the schemas of a state, with name and kind in front where these are not the same; "" where all are equal.
	Before, After string
	// Incomparable says why entries were not compared, nil where they were.
	Incomparable error
	// Entries counts those of a state, Splits those of a source, whose positions are the values.
	Entries, Splits Counts
}

// Counts says how many of something are in b alone, in a alone, in both with other values, and in both as they were.
type Counts struct{ Added, Removed, Changed, Same int64 }

func (c Counts) differ() bool { return c.Added+c.Removed+c.Changed > 0 }

// Diff compares the checkpoints at paths a and b: operators, states, schemas, every entry, and the splits of sources with their positions. It
// returns what differs, nothing if they hold the same. What is no content has no part in it: numbers, times, watermarks, parallelism, and which
// transactions sinks have prepared. The elements of lists have no order.
//
// Entries of a state whose schema differs are compared by the fields that both have. Each entry that differs is written to entries, which may be nil, as
// JSON on a line of its own:
//
//	{"operator":O,"state":S,"change":"added","key":K,"value":V}
//	{"operator":O,"state":S,"change":"removed","key":K,"value":V}
//	{"operator":O,"state":S,"change":"changed","key":K,"before":V,"after":V}
//
// without "key" for an element of a list. No more is in memory than a key group of one state, and of a larger one, or of a list, about 64 MiB.
// Progress may be nil.
func Diff(fsys vfs.FS, a, b string, entries io.Writer, progress Progress) ([]Difference, error) {
	return diff(fsys, a, b, entries, progress, passSize)
}

// diff is Diff with another limit for what is in memory at once.
func diff(fsys vfs.FS, a, b string, entries io.Writer, progress Progress, passSize int64) (differences []Difference, err error) {
	before, err := open(fsys, a)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, before.close()) }()
	after, err := open(fsys, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, after.close()) }()
	d := &differ{a: before, b: after, meter: &meter{progress: progress}, passSize: passSize}
	if entries != nil {
		d.out = bufio.NewWriterSize(entries, 64<<10)
		defer func() { err = errors.Join(err, d.out.Flush()) }()
	}
	for _, s := range before.states {
		d.meter.addPieces(s.restored())
	}
	for _, s := range after.states {
		d.meter.addPieces(s.restored())
	}
	d.operators()
	err = d.states()
	return d.found, err
}

type differ struct {
	a, b  *whole
	out   *bufio.Writer // nil if entries are only counted
	meter *meter
	// passSize is how many bytes of entries are in memory at once.
	passSize int64
	found    []Difference
}

// operators compares the operators and the splits of sources.
func (d *differ) operators() {
	before, namesBefore := operatorsOf(d.a)
	after, namesAfter := operatorsOf(d.b)
	for _, uid := range namesBefore {
		if after[uid] == nil {
			d.found = append(d.found, Difference{Operator: uid, Only: "a"})
		}
	}
	for _, uid := range namesAfter {
		if before[uid] == nil {
			d.found = append(d.found, Difference{Operator: uid, Only: "b"})
			continue
		}
		if splits := compareSplits(before[uid], after[uid]); splits.differ() {
			d.found = append(d.found, Difference{Operator: uid, Splits: splits})
		}
	}
}

// operatorsOf returns the splits of each operator, and the operators in their order.
func operatorsOf(w *whole) (splits map[string]map[string]checkpoint.Split, uids []string) {
	splits = map[string]map[string]checkpoint.Split{}
	for _, s := range w.saved.Manifest.Checkpoint.Subtasks {
		for _, o := range s.Operators {
			if splits[o.UID] == nil {
				splits[o.UID] = map[string]checkpoint.Split{}
				uids = append(uids, o.UID)
			}
			for _, split := range o.Splits {
				splits[o.UID][split.ID] = split
			}
		}
	}
	return splits, uids
}

func compareSplits(before, after map[string]checkpoint.Split) (c Counts) {
	for id, split := range before {
		switch now, there := after[id]; {
		case !there:
			c.Removed++
		case now.Done != split.Done || !slices.Equal(now.Position, split.Position):
			c.Changed++
		default:
			c.Same++
		}
	}
	for id := range after {
		if _, there := before[id]; !there {
			c.Added++
		}
	}
	return c
}

// states compares the states, those that are in one checkpoint alone too: all their entries were added or removed.
func (d *differ) states() error {
	for _, before := range d.a.states {
		if !before.known {
			continue // it belongs to no operator, as what is on its way between two
		}
		if after := d.b.find(before, d.a); after != nil {
			if err := d.state(before, after); err != nil {
				return err
			}
			continue
		}
		if err := d.only(before, "a"); err != nil {
			return err
		}
	}
	for _, after := range d.b.states {
		if after.known && d.a.find(after, d.b) == nil {
			if err := d.only(after, "b"); err != nil {
				return err
			}
		}
	}
	return nil
}

// find returns the state that a restore would take for one of another checkpoint, nil if there is none: that of its name, or else the one that
// is kept by key, of which an operator has but one and whose type may have another name.
func (w *whole) find(wanted *heldState, other *whole) *heldState {
	if s := w.exactly(wanted.operator, wanted.Name); s != nil || wanted.Kind != checkpoint.KeyedState {
		return s
	}
	for _, s := range w.states {
		if s.known && s.operator == wanted.operator && s.Kind == checkpoint.KeyedState && other.exactly(s.operator, s.Name) == nil {
			return s
		}
	}
	return nil
}

// exactly returns the state of a name.
func (w *whole) exactly(operator, name string) *heldState {
	for _, s := range w.states {
		if s.known && s.operator == operator && s.Name == name {
			return s
		}
	}
	return nil
}

// only takes a state that is in one checkpoint alone.
func (d *differ) only(s *heldState, side string) error {
	found := Difference{Operator: s.operator, State: s.Name, Only: side}
	before, after := s, (*heldState)(nil)
	if side == "b" {
		before, after = after, before
	}
	c, err := d.comparison(before, after)
	if err != nil {
		found.Incomparable = err
		d.found = append(d.found, found)
		return nil
	}
	found.Entries, err = c.compare()
	d.found = append(d.found, found)
	return err
}

// state compares a state that is in both.
func (d *differ) state(before, after *heldState) error {
	found := Difference{Operator: after.operator, State: after.Name}
	if before.State != after.State {
		found.Before, found.After = before.Schema, after.Schema
	}
	if before.Kind != after.Kind {
		found.Before, found.After = before.Kind.String()+", "+found.Before, after.Kind.String()+", "+found.After
	}
	if before.Name != after.Name {
		found.Before, found.After = before.Name+", "+found.Before, after.Name+", "+found.After
	}
	c, err := d.comparison(before, after)
	if err != nil {
		found.Incomparable = err
		d.found = append(d.found, found)
		return nil
	}
	found.Entries, err = c.compare()
	if found.Entries.differ() || found.Before != "" {
		d.found = append(d.found, found)
	}
	return err
}
