package inspect

import (
	"bufio"
	"fmt"
	"io"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// form is how the entries of a state are written.
type form struct {
	whole *schema.Schema
	// key is nil for a list.
	key, value *schema.Type
	// pair is true where key and value are the fields of a record.
	pair bool
}

// form reads the schema of the state.
func (s *heldState) form() (form, error) {
	if !s.known {
		return form{}, fmt.Errorf("state %s: the checkpoint does not say in which form it is written: a newer streamgen may know", s.name())
	}
	parsed, err := schema.Parse(s.Schema)
	if err != nil {
		return form{}, fmt.Errorf("state %s: the checkpoint is %w: %w", s.name(), chain.ErrDamaged, err)
	}
	v := parsed.Value
	switch s.Kind {
	case checkpoint.KeyedState:
		if parsed.Key != nil {
			return form{parsed, parsed.Key, v, false}, nil
		}
	case checkpoint.BroadcastState:
		if parsed.Key == nil && v.Kind == schema.Record && len(v.Fields) == 2 {
			return form{parsed, v.Fields[0].Type, v.Fields[1].Type, true}, nil
		}
	default:
		if parsed.Key == nil {
			return form{parsed, nil, v, false}, nil
		}
	}
	return form{}, fmt.Errorf("state %s: the checkpoint is %w: %s is no schema of a %s", s.name(), chain.ErrDamaged, s.Schema, s.Kind)
}

// entryBytes are the bytes of an entry, in those of its block. The key of an element of a list is nil.
type entryBytes struct{ all, key, value []byte }

// next finds the end of the next entry.
func (f form) next(p *serde.Parser, block []byte) (e entryBytes) {
	from := p.Offset()
	if f.pair {
		p.ArrayOf(2)
	}
	start := p.Offset()
	if f.key != nil {
		p.Skip()
		e.key = block[start:p.Offset()]
	}
	middle := p.Offset()
	p.Skip()
	e.value = block[middle:p.Offset()]
	e.all = block[from:p.Offset()]
	return e
}

// split finds the parts of an entry that was brought into this form, in which zero values may stand that only the schema tells the end of.
func (f form) split(all []byte) (e entryBytes, err error) {
	nowhere := bufio.NewWriterSize(io.Discard, 16)
	p := serde.NewParser(all)
	if f.pair {
		p.ArrayOf(2)
	}
	start := p.Offset()
	if f.key != nil {
		f.key.WriteJSON(nowhere, &p)
		e.key = all[start:p.Offset()]
	}
	middle := p.Offset()
	f.value.WriteJSON(nowhere, &p)
	e.value, e.all = all[middle:p.Offset()], all
	return e, p.Done()
}

// restored are the pieces of which a restore reads: of a broadcast state one copy.
func (s *heldState) restored() []piece {
	if s.Kind != checkpoint.BroadcastState {
		return s.pieces
	}
	var pieces []piece
	for _, p := range s.pieces {
		if p.subtask == s.first {
			pieces = append(pieces, p)
		}
	}
	return pieces
}
