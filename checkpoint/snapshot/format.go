// Package snapshot is the file that holds the states of one subtask at one barrier: sections of entries, one for each state and
// key group, cut into blocks that can each be checked and decompressed on their own.
//
//	header | blocks of the first section | … | index | footer
//
// A snapshot may hold all entries of a key group, or only what has changed since an earlier one; [Stack] reads several as one.
//
// The file is written from its beginning to its end and found by its end: a prefix of it is no snapshot. docs/checkpoint-format.md
// describes it byte by byte.
package snapshot

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Version is a form of the file. Versions are only ever added; a reader reads all that came before its own.
type Version uint16

const (
	// VersionBlocks is the first form: fixed-width little-endian frames, an index of varints.
	VersionBlocks Version = 1
	// VersionKinds adds the kind of a section to the index. Every section before it is a Whole one.
	VersionKinds Version = 2

	// newest is what is written.
	newest = VersionKinds
)

// Kind says what a section holds of its key group.
type Kind uint8

// Kinds are only ever added.
const (
	// Whole sections hold all entries: what earlier snapshots hold of the group is of no account. There may be none.
	Whole Kind = 0
	// Removed sections hold the keys, without states, that are gone since the snapshot before.
	Removed Kind = 1
	// Changed sections hold the entries that are new or have changed since the snapshot before.
	Changed Kind = 2
)

// String names the kind in messages.
func (k Kind) String() string {
	if k > Changed {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return [...]string{"whole", "removed", "changed"}[k]
}

// Codec says how the bytes of a block are stored.
type Codec uint8

// Codecs are only ever added.
const (
	None Codec = 0 // as they are
	S2   Codec = 1 // an S2 block, github.com/klauspost/compress/s2
)

const (
	headerMagic = "SGSN"
	footerMagic = "SGSNEND\n"

	headerSize      = 8  // magic 4, version 2, zero 2
	blockHeaderSize = 20 // raw 4, stored 4, entries 4, codec 1, zero 3, crc 4
	footerSize      = 32 // index offset 8, index length 4, index crc 4, version 2, zero 2, crc 4, magic 8

	// blockSize is how many raw bytes a block holds at most, unless one call of Section handed over more.
	blockSize = 256 << 10
	// maxSection is how many raw bytes one call of Section may hand over: what the length in a block's header can say, with room
	// for a codec that makes its input longer.
	maxSection = 1 << 30

	// maxRatio bounds what a block may say it decompresses to, so that a small hostile file cannot claim all memory. The writer
	// stores a block as it is rather than pass it.
	maxRatio = 1024
)

// maxRaw is how many raw bytes a block of so many stored bytes may hold.
func maxRaw(stored int) uint64 { return maxRatio * (blockHeaderSize + uint64(stored)) }

var crcTable = crc32.MakeTable(crc32.Castagnoli)

func crc(parts ...[]byte) uint32 {
	var sum uint32
	for _, b := range parts {
		sum = crc32.Update(sum, crcTable, b)
	}
	return sum
}

var le = binary.LittleEndian

// DamagedError says that a snapshot is not what was written.
type DamagedError struct {
	// Offset is where in the file the damaged part begins.
	Offset int64
	// What names that part, Why says what is wrong with it.
	What, Why string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("snapshot damaged at offset %d: %s %s", e.Offset, e.What, e.Why)
}

func damaged(offset int64, what, why string, args ...any) error {
	return &DamagedError{Offset: offset, What: what, Why: fmt.Sprintf(why, args...)}
}

// Section is the part of a snapshot that holds the entries of one key group of one state, or what changed of them.
type Section struct {
	// Kind says which of them it holds.
	Kind Kind
	// Operator is the uid of the operator, State the name of its state.
	Operator, State string
	// Group is the key group.
	Group int
	// Entries is the number of entries, or of keys, Size their length in bytes, before compression.
	Entries int
	Size    int64

	offset, stored int64 // where its blocks lie in the file
	blocks         int
}

func (s Section) String() string {
	if s.Kind != Whole {
		return fmt.Sprintf("section %s.%s, key group %d, %v", s.Operator, s.State, s.Group, s.Kind)
	}
	return fmt.Sprintf("section %s.%s, key group %d", s.Operator, s.State, s.Group)
}
