package serde_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
)

// The vectors below never change. A key's group, and so the place of its state in
// every checkpoint ever written, follows from them. If this test fails, the code is
// wrong, not the table.

func TestHashUint64IsFrozen(t *testing.T) {
	for x, want := range map[uint64]uint64{
		0:                  0xce27d588ce18826c,
		1:                  0x1decdb1b6b395f3c,
		2:                  0xcfcf2469d6e6f1e8,
		3:                  0x9c2518378334305f,
		127:                0xe3d139360eeccb7a,
		128:                0xfe6a85543ffb0562,
		1000:               0x8654f78f203976a4,
		math.MaxUint32:     0x17227359f4c04454,
		1 << 32:            0xa7614e77117ed85b,
		math.MaxInt64:      0xe4e4ddf810514dc6,
		1 << 63:            0x7f1c7dca2a962c06,
		math.MaxUint64:     0x34a815546f3c1c23,
		0x0123456789abcdef: 0xcefa4fc847fb361f,
	} {
		require.Equalf(t, want, serde.HashUint64(x), "hash of %#x", x)
	}
	require.Equal(t, uint64(0xce27d588ce18826c), serde.HashBool(false))
	require.Equal(t, uint64(0x1decdb1b6b395f3c), serde.HashBool(true))
}

func TestHashStringIsFrozen(t *testing.T) {
	for s, want := range map[string]uint64{
		"":                  0x1b1ad178052abd08,
		"\x00":              0xedbc9e3a7f598dff,
		"\x00\x00":          0x0daf52fd7e031a99,
		"a":                 0x1a0371cf1538cae1,
		"b":                 0x9af3932642c4daf4,
		"ab":                0xa26b3decafdc71de,
		"abc":               0xf0838dc68cc375c7,
		"abcd":              0x5c79aaddc44384e2,
		"abcde":             0x5fb7c86b1d3b9168,
		"abcdefg":           0xf40c7b42bf0a7ef4,
		"abcdefgh":          0x8b214ef7710be804,
		"abcdefghi":         0xde69d0ef561904bf,
		"ключ":              0x795cbebab12d1c47,
		"customer-42":       0x57f58f33e3e8e2f0,
		"abcdefghijklmno":   0xbcc4ecc2b5ab03f0,
		"abcdefghijklmnop":  0xda3a1bf5e108773a,
		"abcdefghijklmnopq": 0x3e92a99b0806b742,
		"the quick brown fox jumps over the lazy dog": 0x2d588236e3459110,
		strings.Repeat("0123456789", 100):             0x2ee954935ce6b7fc,
	} {
		require.Equalf(t, want, serde.HashString(s), "hash of %q", s)
		require.Equalf(t, want, serde.HashBytes([]byte(s)), "hash of the bytes of %q", s)
	}
}

func TestMixIsFrozen(t *testing.T) {
	require.Equal(t, uint64(0x0eaa5712c3368aad), serde.Mix(0, 0))
	require.Equal(t, uint64(0x818c1f6eebf9e318), serde.Mix(1, 2))
	require.Equal(t, uint64(0x2707d13f826b5263), serde.Mix(serde.HashUint64(7), serde.HashString("x")))
}

func TestKeyGroupIsFrozen(t *testing.T) {
	require.Equal(t, 0, serde.KeyGroup(0, 128))
	require.Equal(t, 0, serde.KeyGroup(1<<57-1, 128))
	require.Equal(t, 1, serde.KeyGroup(1<<57, 128))
	require.Equal(t, 127, serde.KeyGroup(math.MaxUint64, 128))
	require.Equal(t, 0, serde.KeyGroup(math.MaxUint64, 1))
}

// Splitting every group into m keeps a key within the parts of its group, so that the
// number of groups can be raised on restore without moving state between them.
func TestKeyGroupsSplitInPlace(t *testing.T) {
	for x := range uint64(10_000) {
		h := serde.HashUint64(x)
		for _, m := range []int{2, 3, 7} {
			require.Equal(t, serde.KeyGroup(h, 100), serde.KeyGroup(h, 100*m)/m)
		}
	}
}

// keySets are what real keys look like, which a weak hash clusters.
func keySets() map[string]func(i int) uint64 {
	sets := map[string]func(i int) uint64{
		"decimal strings": func(i int) uint64 { return serde.HashString(strconv.Itoa(i)) },
		"padded strings":  func(i int) uint64 { return serde.HashString(fmt.Sprintf("user-%08d", i)) },
		"eight-byte text": func(i int) uint64 { return serde.HashString(fmt.Sprintf("%08x", i)) },
		"long strings": func(i int) uint64 {
			return serde.HashString(fmt.Sprintf("%08x/a/prefix/that/is/the/same/for/all/of/them/%d", i, i))
		},
		"three bytes": func(i int) uint64 { return serde.HashBytes([]byte{byte(i), byte(i >> 8), byte(i >> 16)}) },
		"pairs": func(i int) uint64 {
			return serde.Mix(serde.HashUint64(uint64(i&511)), serde.HashUint64(uint64(i>>9)))
		},
		"negative ints": func(i int) uint64 { return serde.HashUint64(uint64(-int64(i))) },
		"thousands":     func(i int) uint64 { return serde.HashUint64(uint64(i) * 1000) },
	}
	for _, shift := range []int{0, 1, 4, 8, 10, 16, 20, 32, 40, 45} {
		sets[fmt.Sprintf("ints << %d", shift)] = func(i int) uint64 { return serde.HashUint64(uint64(i) << shift) }
	}
	return sets
}

func TestHashSpreadsOverGroupsAndSlots(t *testing.T) {
	const keys = 1 << 18
	for name, hash := range keySets() {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{128, 1000, 1 << 12} {
				groups, slots := make([]int, n), make([]int, n)
				for i := range keys {
					h := hash(i)
					groups[serde.KeyGroup(h, n)]++
					slots[h%uint64(n)]++
				}
				require.Lessf(t, excess(groups, keys), 4.5, "%d groups", n)
				require.Lessf(t, excess(slots, keys), 4.5, "%d slots", n)
			}
		})
	}
}

// Within a group, whose keys share the high bits, the low bits must spread as well.
func TestHashSpreadsOverSlotsWithinAGroup(t *testing.T) {
	const groups, slots = 16, 256
	for name, hash := range keySets() {
		t.Run(name, func(t *testing.T) {
			counts, keys := make([]int, slots), 0
			for i := range 1 << 18 {
				if h := hash(i); serde.KeyGroup(h, groups) == 5 {
					counts[h%slots]++
					keys++
				}
			}
			require.Less(t, excess(counts, keys), 4.5)
		})
	}
}

// excess returns by how many standard deviations the chi-square statistic of counts
// exceeds what a random spread of keys would give.
func excess(counts []int, keys int) float64 {
	mean := float64(keys) / float64(len(counts))
	var chi2 float64
	for _, c := range counts {
		chi2 += (float64(c) - mean) * (float64(c) - mean) / mean
	}
	freedom := float64(len(counts) - 1)
	return (chi2 - freedom) / math.Sqrt(2*freedom)
}

func TestHashHasNoCollisionsAmongPlainKeys(t *testing.T) {
	for name, hash := range keySets() {
		seen := make(map[uint64]int, 1<<16)
		for i := range 1 << 16 {
			h := hash(i)
			if other, ok := seen[h]; ok {
				t.Fatalf("%s: %d and %d have the same hash", name, i, other)
			}
			seen[h] = i
		}
	}
}

// Each bit of the input must change each bit of the hash in half of the cases.
func TestHashAvalanche(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bytesOf := func(n int) func(x uint64) uint64 {
		return func(x uint64) uint64 {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(x >> (i % 8 * 8))
			}
			return serde.HashBytes(b)
		}
	}
	for name, hash := range map[string]func(x uint64) uint64{
		"HashUint64":   serde.HashUint64,
		"Mix, first":   func(x uint64) uint64 { return serde.Mix(serde.HashUint64(x), 3) },
		"Mix, second":  func(x uint64) uint64 { return serde.Mix(3, serde.HashUint64(x)) },
		"8 bytes":      bytesOf(8),
		"13 bytes":     bytesOf(13),
		"16 bytes":     bytesOf(16),
		"40 bytes":     bytesOf(40),
		"low integers": func(x uint64) uint64 { return serde.HashUint64(x & 0xffff) },
	} {
		t.Run(name, func(t *testing.T) {
			in := 64
			if name == "low integers" {
				in = 16
			}
			const rounds = 8000
			for bit := range in {
				var flips [64]int
				for range rounds {
					x := random.Uint64()
					diff := hash(x) ^ hash(x^1<<bit)
					for j := range flips {
						flips[j] += int(diff >> j & 1)
					}
				}
				for j, n := range flips {
					require.InDeltaf(t, 0.5, float64(n)/rounds, 0.04, "bit %d of the input on bit %d", bit, j)
				}
			}
		})
	}
}
