package snapshot

import "fmt"

// Stored is how many bytes the section takes in the file, with the headers of its blocks.
func (s Section) Stored() int64 { return s.stored }

// Blocks calls visit with the entries of each block of a section of this reader, count of them, one block after the other: who looks at a long section
// need not hold all of it. The entries are valid until visit returns; an error of visit ends the reading and is returned.
func (r *Reader) Blocks(s Section, visit func(entries []byte, count int) error) error {
	var raw []byte
	offset, end := s.offset, s.offset+s.stored
	entries, size := 0, int64(0)
	for i := range s.blocks {
		what := fmt.Sprintf("%v, block %d of %d", s, i+1, s.blocks)
		if end-offset < blockHeaderSize {
			return damaged(offset, what, "has %d bytes left for a header of %d", end-offset, blockHeaderSize)
		}
		head, err := read(r.r, offset, blockHeaderSize, what)
		if err != nil {
			return err
		}
		length := min(blockHeaderSize+int64(le.Uint32(head[4:])), end-offset) // nextBlock says what is wrong with it
		stored, err := read(r.r, offset, int(length), what)
		if err != nil {
			return err
		}
		b, _, err := nextBlock(stored, offset, what)
		if err != nil {
			return err
		}
		if raw, err = b.appendTo(raw[:0]); err != nil {
			return err
		}
		offset += length
		entries, size = entries+b.entries, size+int64(len(raw))
		if entries > s.Entries || size > s.Size {
			break
		}
		if err := visit(raw, b.entries); err != nil {
			return err
		}
	}
	if offset != end || entries != s.Entries || size != s.Size {
		return damaged(s.offset, s.String(), "holds %d entries of %d bytes in its blocks up to offset %d, but the index says %d of %d up to %d",
			entries, size, offset, s.Entries, s.Size, end)
	}
	return nil
}
