package inspect

import (
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
)

// piece is what a subtask has of a key group of a state, or of a state without a key. All that reads entries reads them piece by piece.
type piece struct {
	subtask         *checkpoint.Subtask
	operator, state string
	keyed           bool
	group           int
	// size is the length of its entries and stored what they take: of what changed, and of what it rests on, all that is read.
	size, stored int64
	sections     snapshot.Group
}

// piecesOf returns what a subtask holds: keyed states with what they rest on, then the others, in the order in which they lie there.
func (w *whole) piecesOf(s *checkpoint.Subtask) ([]piece, error) {
	h, err := w.files.of(s)
	if err != nil {
		return nil, err
	}
	type ident struct{ operator, state string }
	seen := map[ident]bool{}
	var pieces []piece
	add := func(operator, state string, keyed bool, stack snapshot.Stack) {
		if seen[ident{operator, state}] {
			return
		}
		seen[ident{operator, state}] = true
		for _, g := range stack.Groups(operator, state) {
			if g.Entries() > 0 {
				pieces = append(pieces, piece{s, operator, state, keyed, g.Group, g.Size(), g.Stored(), g})
			}
		}
	}
	for _, o := range s.Operators {
		for _, state := range o.States {
			if state.Kind == checkpoint.KeyedState {
				add(o.UID, state.Name, true, h.keyed)
			}
		}
	}
	for _, own := range h.own {
		for _, section := range own.Sections() {
			add(section.Operator, section.State, false, h.own)
		}
	}
	return pieces, nil
}

// blocks calls visit with the entries of each block of a piece, or with all of them if it is read from several sections.
func (w *whole) blocks(p piece, visit func(entries []byte, count int) error) error {
	h, err := w.files.of(p.subtask)
	if err != nil {
		return err
	}
	stack := h.own
	if p.keyed {
		stack = h.keyed
	}
	return stack.Blocks(p.sections, func(entries []byte, count int) error {
		if err := visit(entries, count); err != nil {
			return fmt.Errorf("section %s.%s, key group %d: %w", p.operator, p.state, p.group, err)
		}
		return nil
	})
}

// count returns how many entries a piece has, and their length. What is read from several sections must be read for that.
func (w *whole) count(p piece) (entries, size int64, err error) {
	if p.sections.IsWhole() {
		return int64(p.sections.Entries()), p.size, nil
	}
	err = w.blocks(p, func(b []byte, count int) error {
		entries, size = entries+int64(count), size+int64(len(b))
		return nil
	})
	return entries, size, err
}
