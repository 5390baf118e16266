package snapshot

import (
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/s2"
)

// Reader reads a snapshot. It trusts nothing in it: every length is held against what there is before memory is taken for it, and
// every byte is covered by a checksum.
type Reader struct {
	// Name says in the errors of a [Stack] which of its snapshots they are of; it may be left out.
	Name string

	r        io.ReaderAt
	sections []Section
}

// Open reads the index of the snapshot of size bytes in r. What is damaged is a [DamagedError]; other errors are those of r.
func Open(r io.ReaderAt, size int64) (*Reader, error) {
	if size < headerSize+footerSize {
		return nil, damaged(0, "the file", "has %d bytes, a snapshot has at least %d", size, headerSize+footerSize)
	}
	header, err := read(r, 0, headerSize, "the header")
	if err != nil {
		return nil, err
	}
	if string(header[:4]) != headerMagic {
		return nil, damaged(0, "the header", "does not begin with %q: this is no snapshot", headerMagic)
	}
	if err := checkVersion(header[4:], 4, "the header"); err != nil {
		return nil, err
	}

	end := size - footerSize
	footer, err := read(r, end, footerSize, "the footer")
	if err != nil {
		return nil, err
	}
	offset, length := le.Uint64(footer), int64(le.Uint32(footer[8:]))
	switch {
	case string(footer[24:]) != footerMagic:
		return nil, damaged(end, "the footer", "does not end with %q: the end of the file is missing or overwritten", footerMagic)
	case le.Uint32(footer[20:]) != crc(footer[:20]):
		return nil, damaged(end, "the footer", "fails its checksum")
	case offset < headerSize || offset > uint64(end) || int64(offset)+length != end:
		return nil, damaged(end, "the footer", "says that the index lies at %d with %d bytes, but it should end at %d", offset, length, end)
	}
	if err := checkVersion(footer[16:], end+16, "the footer"); err != nil {
		return nil, err
	}
	index, err := read(r, int64(offset), int(length), "the index")
	if err != nil {
		return nil, err
	}
	if le.Uint32(footer[12:]) != crc(index) {
		return nil, damaged(int64(offset), "the index", "fails its checksum")
	}
	version := Version(le.Uint16(footer[16:]))
	if le.Uint16(header[4:]) != uint16(version) {
		return nil, damaged(end+16, "the footer", "says version %d, the header says %d", version, le.Uint16(header[4:]))
	}
	sections, err := parseIndex(index, int64(offset), version)
	if err != nil {
		return nil, err
	}
	return &Reader{r: r, sections: sections}, nil
}

// checkVersion checks a version and the two zero bytes after it.
func checkVersion(b []byte, offset int64, what string) error {
	switch v := Version(le.Uint16(b)); {
	case v == 0 || le.Uint16(b[2:]) != 0:
		return damaged(offset, what, "says version %d with flags %#x", v, le.Uint16(b[2:]))
	case v > newest:
		return fmt.Errorf("snapshot: version %d was written by a newer streamgen, this one reads up to %d: use a binary as new as the one that wrote it",
			v, newest)
	}
	return nil
}

// read reads n bytes, which the caller has held against the size of the file. That the file turns out shorter is damage.
func read(r io.ReaderAt, offset int64, n int, what string) ([]byte, error) {
	b := make([]byte, n)
	if got, err := r.ReadAt(b, offset); got < n {
		if err == io.EOF {
			return nil, damaged(offset, what, "is cut off after %d of %d bytes", got, n)
		}
		return nil, fmt.Errorf("snapshot: read %s at offset %d: %w", what, offset, err)
	}
	return b, nil
}

// Sections returns the sections in the order in which they were written. It is the reader's own.
func (r *Reader) Sections() []Section { return r.sections }

// Read appends the entries of a section of this reader to dst.
func (r *Reader) Read(s Section, dst []byte) ([]byte, error) {
	stored, err := read(r.r, s.offset, int(s.stored), s.String())
	if err != nil {
		return dst, err
	}
	start, entries := len(dst), 0
	for i := range s.blocks {
		offset := s.offset + s.stored - int64(len(stored))
		b, rest, err := nextBlock(stored, offset, fmt.Sprintf("%v, block %d of %d", s, i+1, s.blocks))
		if err != nil {
			return dst[:start], err
		}
		if dst, err = b.appendTo(dst); err != nil {
			return dst[:start], err
		}
		entries += b.entries
		stored = rest
	}
	if len(stored) > 0 || entries != s.Entries || int64(len(dst)-start) != s.Size {
		return dst[:start], damaged(s.offset, s.String(), "holds %d entries of %d bytes with %d bytes left over, but the index says %d of %d",
			entries, len(dst)-start, len(stored), s.Entries, s.Size)
	}
	return dst, nil
}

// block is a block whose checksum was found right.
type block struct {
	offset       int64
	what         string
	codec        Codec
	raw, entries int
	stored       []byte
}

// nextBlock takes the block at the start of b, which lies at the offset of the file.
func nextBlock(b []byte, offset int64, what string) (block, []byte, error) {
	if len(b) < blockHeaderSize {
		return block{}, nil, damaged(offset, what, "has %d bytes left for a header of %d", len(b), blockHeaderSize)
	}
	head, b := b[:blockHeaderSize], b[blockHeaderSize:]
	raw, length, entries := le.Uint32(head), le.Uint32(head[4:]), le.Uint32(head[8:])
	if uint64(length) > uint64(len(b)) {
		return block{}, nil, damaged(offset, what, "says %d bytes where %d are left in its section", length, len(b))
	}
	stored, rest := b[:length], b[length:]
	codec := Codec(head[12])
	switch {
	case le.Uint32(head[16:]) != crc(head[:16], stored):
		return block{}, nil, damaged(offset, what, "fails its checksum")
	case head[13]|head[14]|head[15] != 0 || codec > S2:
		return block{}, nil, damaged(offset, what, "says codec %d with flags % x, which this streamgen does not know", codec, head[13:16])
	case uint64(raw) > maxRaw(len(stored)) || entries > raw || codec == None && raw != length:
		return block{}, nil, damaged(offset, what, "says %d entries of %d bytes in %d stored", entries, raw, length)
	}
	return block{offset: offset, what: what, codec: codec, raw: int(raw), entries: int(entries), stored: stored}, rest, nil
}

// appendTo appends the raw bytes of a block.
func (b block) appendTo(dst []byte) ([]byte, error) {
	if b.codec == None {
		return append(dst, b.stored...), nil
	}
	if n, err := s2.DecodedLen(b.stored); err != nil || n != b.raw {
		return dst, damaged(b.offset, b.what, "says %d bytes, but its compressed form says %d", b.raw, n)
	}
	dst = slices.Grow(dst, b.raw)
	if _, err := s2.Decode(dst[len(dst):len(dst)+b.raw], b.stored); err != nil {
		return dst, damaged(b.offset, b.what, "cannot be decompressed: %v", err)
	}
	return dst[:len(dst)+b.raw], nil
}
