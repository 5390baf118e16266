package serde

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// The hash decides in which key group, and so in which file of a checkpoint and on
// which subtask, a key's state lies. It is frozen: the same key gives the same hash
// in every process, on every architecture and in every version. Whoever changes a
// result of the functions below loses the state of every job there is.
//
// It multiplies two words into 128 bits and folds these with xor, as Wang Yi's wyhash
// does, with constants of its own. There is no seed, so it is no defence against keys
// that were chosen to collide.

// Drawn at random, odd, four bits set in every byte.
const (
	hashA = 0x35b2b4e166ca3935
	hashB = 0x6365632d3ac32771
	hashC = 0x69a666c996ca632d
	hashD = 0x5a6a9517554baca5
)

// fold multiplies and xors the halves of the product. In the product alone the low
// bits would depend on the low bits of x and y only, the high ones mostly on the high.
func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// HashUint64 returns the hash of x. A signed integer is converted to uint64, which
// extends its sign: thus a key keeps its hash when its type is widened.
func HashUint64(x uint64) uint64 { return fold(fold(x^hashA, hashB)^hashC, hashD) }

// HashBool returns the hash of v, that of 1 for true and of 0 for false.
func HashBool(v bool) uint64 {
	var x uint64
	if v {
		x = 1
	}
	return HashUint64(x)
}

// HashString returns the hash of s, equal to that of its bytes.
func HashString(s string) uint64 {
	return HashBytes(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// HashBytes returns the hash of b.
func HashBytes(b []byte) uint64 {
	n := len(b)
	var x, y uint64
	switch {
	case n > 16:
		return hashLong(b)
	case n >= 8: // two words that overlap; turned, so that they differ for n = 8
		x = binary.LittleEndian.Uint64(b)
		y = bits.RotateLeft64(binary.LittleEndian.Uint64(b[n-8:]), 32)
	case n >= 4:
		x = uint64(binary.LittleEndian.Uint32(b))
		y = uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0: // the first, middle and last byte: all there are
		x = uint64(b[0])<<16 | uint64(b[n>>1])<<8 | uint64(b[n-1])
	}
	return finish(x, y, hashA, n)
}

func hashLong(b []byte) uint64 {
	h, n := uint64(hashA), len(b)
	last := b[n-16:]
	for ; len(b) > 16; b = b[16:] {
		h = fold(binary.LittleEndian.Uint64(b)^hashD, binary.LittleEndian.Uint64(b[8:])^h)
	}
	return finish(binary.LittleEndian.Uint64(last), binary.LittleEndian.Uint64(last[8:]), h, n)
}

// finish hashes the last two words of n bytes into h, the hash of what is before them.
// The first product is not folded, so that it loses nothing.
func finish(x, y, h uint64, n int) uint64 {
	hi, lo := bits.Mul64(x^hashB, y^h)
	return fold(lo^hashC, hi^hashD^uint64(n))
}

// Mix folds x, the hash of a field, into h, that of the fields before it. The hash of
// a struct is that of its first field with the others mixed in, in their order.
func Mix(h, x uint64) uint64 { return fold(h^hashC, x^hashD) }

// KeyGroup returns which of groups a key with this hash belongs to, from 0. It looks
// at the high bits of the hash, so the low ones are as good as new within a group.
func KeyGroup(hash uint64, groups int) int {
	group, _ := bits.Mul64(hash, uint64(groups))
	return int(group)
}
