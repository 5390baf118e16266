package inspect

import (
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
)

// piece is what a subtask has of a key group of a state, or of a state without a key. All that reads entries reads them piece by piece.
type piece struct {
	subtask *checkpoint.Subtask
	group   int
	// entries is how many there are, size their length and stored what they take.
	entries, size, stored int64
	section               snapshot.Section
}

// piecesOf returns what a subtask holds, in the order in which it lies there.
func (w *whole) piecesOf(s *checkpoint.Subtask) ([]piece, error) {
	f, err := w.files.of(s)
	if err != nil {
		return nil, err
	}
	var pieces []piece
	for _, section := range f.snapshot.Sections() {
		pieces = append(pieces, piece{s, section.Group, int64(section.Entries), section.Size, section.Stored(), section})
	}
	return pieces, nil
}

// blocks calls visit with the entries of each block of a piece.
func (w *whole) blocks(p piece, visit func(entries []byte, count int) error) error {
	f, err := w.files.of(p.subtask)
	if err != nil {
		return err
	}
	err = f.snapshot.Blocks(p.section, func(entries []byte, count int) error {
		if err := visit(entries, count); err != nil {
			return fmt.Errorf("%v: %w", p.section, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", f.where, err)
	}
	return nil
}
