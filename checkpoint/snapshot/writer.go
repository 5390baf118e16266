package snapshot

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"github.com/klauspost/compress/s2"
)

// Writer builds a snapshot in memory.
type Writer struct {
	codec    Codec
	out      []byte
	sections []Section
	names    map[name]int   // position in the index
	seen     map[ident]bool // every section so far
	block    []byte         // the open block of the last section
	entries  int            // in the open block
	taken    atomic.Int64

	// What was handed on to sink is not in out any more.
	sink   func(b []byte) error
	limit  int
	handed int64
}

type name struct{ operator, state string }

type ident struct {
	name  int
	group int
	kind  Kind
}

// NewWriter returns a writer that compresses with codec.
func NewWriter(codec Codec) *Writer {
	w := &Writer{codec: codec, names: map[name]int{}, seen: map[ident]bool{}}
	w.out = append(w.out, headerMagic...)
	w.out = le.AppendUint16(w.out, uint16(newest))
	w.out = le.AppendUint16(w.out, 0)
	return w
}

// StreamTo makes the writer hand on what is written as soon as it is more than limit bytes, for a snapshot that is too long to be in memory at once.
// Finish returns what is left. The bytes are valid until sink returns.
func (w *Writer) StreamTo(limit int, sink func(b []byte) error) { w.limit, w.sink = limit, sink }

// handOn hands on what is written if it is much.
func (w *Writer) handOn() error {
	if w.sink == nil || len(w.out) <= w.limit {
		return nil
	}
	if err := w.sink(w.out); err != nil {
		return err
	}
	w.handed += int64(len(w.out))
	w.out = w.out[:0]
	return nil
}

// Section adds count whole entries of one key group of one state; the entries are bytes of the caller's, copied here.
//
// It is a section of the kind Whole; without entries there is none. See [Writer.Cleared], Removed and Changed for the others.
//
// Calls for the same key group of the same state make one section and must follow one another: a section is one piece of the file. A
// block ends between two calls, never within one, so that an entry never spans blocks; who wants blocks of 256 KiB hands over
// fewer entries than that at a time, and one call with more makes one large block.
func (w *Writer) Section(operator, state string, group, count int, entries []byte) error {
	return w.add(Whole, operator, state, group, count, entries)
}

// Removed adds count keys that are gone since the snapshot before. It comes before Changed of the same key group.
func (w *Writer) Removed(operator, state string, group, count int, keys []byte) error {
	return w.add(Removed, operator, state, group, count, keys)
}

// Changed adds count whole entries that are new or have changed since the snapshot before.
func (w *Writer) Changed(operator, state string, group, count int, entries []byte) error {
	return w.add(Changed, operator, state, group, count, entries)
}

// Cleared says that a key group has no entries, whatever the snapshot before holds of it.
func (w *Writer) Cleared(operator, state string, group int) error {
	_, err := w.open(Whole, operator, state, group)
	return err
}

func (w *Writer) add(kind Kind, operator, state string, group, count int, entries []byte) error {
	switch {
	case operator == "" || state == "":
		return fmt.Errorf("snapshot: section of operator %q, state %q: both need a name", operator, state)
	case group < 0 || count < 0:
		return fmt.Errorf("snapshot: operator %s, state %s: key group %d with %d entries: neither may be negative", operator, state, group, count)
	case count == 0 && len(entries) == 0:
		return nil
	case count == 0 || count > len(entries):
		return fmt.Errorf("snapshot: operator %s, state %s, key group %d: %d entries in %d bytes", operator, state, group, count, len(entries))
	case len(entries) > maxSection:
		return fmt.Errorf("snapshot: operator %s, state %s, key group %d: %d bytes at once, the limit is %d: hand over fewer entries at a time",
			operator, state, group, len(entries), maxSection)
	}
	opened, err := w.open(kind, operator, state, group)
	if err != nil {
		return err
	}
	if !opened && len(w.block)+len(entries) > blockSize {
		w.flush()
		if err := w.handOn(); err != nil {
			return err
		}
	}
	w.block = append(w.block, entries...)
	w.entries += count
	w.taken.Add(int64(len(entries)))
	return nil
}

// open begins a section unless it is the one that was written last.
func (w *Writer) open(kind Kind, operator, state string, group int) (opened bool, err error) {
	if last := len(w.sections) - 1; last >= 0 {
		if s := &w.sections[last]; s.Kind == kind && s.Operator == operator && s.State == state && s.Group == group {
			return false, nil
		}
	}
	w.flush()
	if err := w.handOn(); err != nil {
		return false, err
	}
	id := name{operator, state}
	n, ok := w.names[id]
	if !ok {
		n = len(w.names)
		w.names[id] = n
	}
	if w.seen[ident{n, group, kind}] {
		return false, fmt.Errorf("snapshot: operator %s, state %s, key group %d: the section is closed: its entries must come one after the other",
			operator, state, group)
	}
	w.seen[ident{n, group, kind}] = true
	w.sections = append(w.sections, Section{Kind: kind, Operator: operator, State: state, Group: group, offset: w.handed + int64(len(w.out))})
	return true, nil
}

// Taken is how many bytes were handed over so far. It may be called from any goroutine.
func (w *Writer) Taken() int64 { return w.taken.Load() }

// flush writes the open block.
func (w *Writer) flush() {
	if len(w.block) == 0 {
		return
	}
	start := len(w.out)
	codec := w.codec
	if codec == S2 {
		w.out = append(w.out, make([]byte, blockHeaderSize+s2.MaxEncodedLen(len(w.block)))...)
		stored := s2.Encode(w.out[start+blockHeaderSize:], w.block)
		if len(stored) >= len(w.block) || uint64(len(w.block)) > maxRaw(len(stored)) {
			codec = None
		} else {
			w.out = w.out[:start+blockHeaderSize+len(stored)]
		}
	}
	if codec == None {
		w.out = append(append(w.out[:start], make([]byte, blockHeaderSize)...), w.block...)
	}
	head, stored := w.out[start:start+blockHeaderSize], w.out[start+blockHeaderSize:]
	le.PutUint32(head[0:], uint32(len(w.block)))
	le.PutUint32(head[4:], uint32(len(stored)))
	le.PutUint32(head[8:], uint32(w.entries))
	head[12], head[13], head[14], head[15] = byte(codec), 0, 0, 0
	le.PutUint32(head[16:], crc(head[:16], stored))

	s := &w.sections[len(w.sections)-1]
	s.blocks++
	s.Entries += w.entries
	s.Size += int64(len(w.block))
	s.stored += int64(len(head) + len(stored))
	w.block, w.entries = w.block[:0], 0
}

// Finish ends the snapshot and returns it, or what is left of it: see [Writer.StreamTo]. The writer is of no use after it.
func (w *Writer) Finish() []byte {
	w.flush()
	start := len(w.out)
	w.index()
	index := w.out[start:]

	footer := len(w.out)
	w.out = le.AppendUint64(w.out, uint64(w.handed)+uint64(start))
	w.out = le.AppendUint32(w.out, uint32(len(index)))
	w.out = le.AppendUint32(w.out, crc(index))
	w.out = le.AppendUint16(w.out, uint16(newest))
	w.out = le.AppendUint16(w.out, 0)
	w.out = le.AppendUint32(w.out, crc(w.out[footer:]))
	return append(w.out, footerMagic...)
}

// index writes the names of the states and after them a row for each section. The sections lie one after the other, so a row needs
// no offset.
func (w *Writer) index() {
	b := w.out
	names := make([]name, len(w.names))
	for id, i := range w.names {
		names[i] = id
	}
	b = binary.AppendUvarint(b, uint64(len(names)))
	for _, id := range names {
		for _, s := range []string{id.operator, id.state} {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(w.sections)))
	for _, s := range w.sections {
		for _, v := range []int64{int64(w.names[name{s.Operator, s.State}]), int64(s.Group), int64(s.Entries), int64(s.blocks), s.Size, s.stored, int64(s.Kind)} {
			b = binary.AppendUvarint(b, uint64(v))
		}
	}
	w.out = b
}
