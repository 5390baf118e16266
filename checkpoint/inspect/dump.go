package inspect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// Selection says what is dumped.
type Selection struct {
	// Name is an operator, which stands for all its states, or operator.state.
	Name string
	// Key is the only key whose entries are wanted, as JSON in the form in which it is dumped; "" for all.
	Key string
}

// Dump writes entries of the checkpoint at path to w, each as JSON on a line of its own, and returns how many. No more than a block of a snapshot is
// in memory at once, whatever the state's size, or a key group of which an incremental checkpoint holds what has changed. Progress may be nil.
//
//	{"key":K,"value":V}        keyed state and broadcast state
//	{"subtask":N,"value":V}    an element of a list or a record in flight, which that subtask kept, from 0
//
// Where an operator with several states is selected, "state":NAME comes first. Of a broadcast state, of which each subtask has a copy, the one is
// dumped that a restore takes. The form of keys and values is that of [schema.Type.WriteJSON].
func Dump(fsys vfs.FS, path string, selected Selection, w io.Writer, progress Progress) (entries int64, err error) {
	from, err := open(fsys, path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	states, err := from.named(selected.Name)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	defer func() { err = errors.Join(err, out.Flush()) }()
	m := &meter{progress: progress}
	var dumpers []*dumper
	for _, s := range states {
		d := &dumper{from: from, state: s, out: out}
		if len(states) > 1 {
			d.prefix = `"state":` + schema.Quote(s.Name) + `,`
		}
		if err := d.prepare(selected.Key); err != nil {
			if selected.Key != "" && len(states) > 1 && errors.Is(err, errNoKeys) {
				continue
			}
			return 0, err
		}
		m.addPieces(d.pieces)
		dumpers = append(dumpers, d)
	}
	if len(dumpers) == 0 {
		return 0, fmt.Errorf("operator %s: %w", selected.Name, errNoKeys)
	}
	for _, d := range dumpers {
		for _, p := range d.pieces {
			if err := d.piece(p); err != nil {
				return entries + d.entries, err
			}
			if err := m.add(p.stored); err != nil {
				return entries + d.entries, err
			}
		}
		entries += d.entries
	}
	return entries, nil
}

// dumper dumps a state.
type dumper struct {
	from    *whole
	state   *heldState
	out     *bufio.Writer
	prefix  string // of each object
	form    form
	pieces  []piece
	key     []byte // the only one that is wanted, nil for all
	entries int64
}

// errNoKeys says that a state cannot be asked for a key.
var errNoKeys = errors.New("a list has no keys: leave --key out")

// prepare finds out what is to be read.
func (d *dumper) prepare(key string) error {
	var err error
	if d.form, err = d.state.form(); err != nil {
		return err
	}
	d.pieces = d.state.restored()
	if key == "" {
		return nil
	}
	if d.form.key == nil {
		return fmt.Errorf("state %s: %w", d.state.name(), errNoKeys)
	}
	if d.key, err = d.form.key.AppendJSON([]byte{}, key); err != nil {
		return fmt.Errorf("key of state %s: %w", d.state.name(), err)
	}
	if d.state.Kind != checkpoint.KeyedState {
		return nil
	}
	p := serde.NewParser(d.key)
	hash, ok := d.form.key.Hash(&p)
	if !ok {
		return nil // all of it is searched
	}
	group := serde.KeyGroup(hash, d.from.saved.Manifest.Checkpoint.KeyGroups)
	var pieces []piece
	for _, p := range d.pieces {
		if p.group == group {
			pieces = append(pieces, p)
		}
	}
	d.pieces = pieces
	return nil
}

func (d *dumper) piece(piece piece) error {
	return d.from.blocks(piece, func(entries []byte, count int) error {
		p := serde.NewParser(entries)
		for range count {
			e := d.form.next(&p, entries)
			if p.Err() != nil {
				break
			}
			if d.key == nil || bytes.Equal(d.key, e.key) {
				if err := d.write(piece.subtask.Index, e); err != nil {
					return err
				}
				d.entries++
			}
		}
		return p.Done()
	})
}

func (d *dumper) write(subtask int, e entryBytes) error {
	text := func(s string) { _, _ = d.out.WriteString(s) } // an error stays with out
	text("{")
	text(d.prefix)
	if d.form.key != nil {
		text(`"key":`)
		if err := writeJSON(d.out, d.form.key, e.key); err != nil {
			return err
		}
		text(`,`)
	} else {
		text(fmt.Sprintf(`"subtask":%d,`, subtask))
	}
	text(`"value":`)
	if err := writeJSON(d.out, d.form.value, e.value); err != nil {
		return err
	}
	text("}")
	return d.out.WriteByte('\n')
}

func writeJSON(w *bufio.Writer, t *schema.Type, value []byte) error {
	p := serde.NewParser(value)
	t.WriteJSON(w, &p)
	return p.Done()
}
