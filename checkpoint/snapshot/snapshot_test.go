package snapshot_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint/snapshot"
)

// section is what a test writes and expects to read.
type section struct {
	operator, state string
	group           int
	pieces          []string // each an entry
}

func write(t testing.TB, codec snapshot.Codec, sections ...section) []byte {
	t.Helper()
	w := snapshot.NewWriter(codec)
	for _, s := range sections {
		for _, piece := range s.pieces {
			require.NoError(t, w.Section(s.operator, s.state, s.group, 1, []byte(piece)))
		}
	}
	return w.Finish()
}

// read reads a whole snapshot, in the reverse order, as a reader that picks its key groups would.
func read(b []byte) (map[string]string, error) {
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	got := map[string]string{}
	sections := r.Sections()
	for i := range sections {
		s := sections[len(sections)-1-i]
		entries, err := r.Read(s, []byte("before"))
		if blocksErr := readBlocks(r, s, bytes.TrimPrefix(entries, []byte("before")), err != nil); blocksErr != nil {
			panic(blocksErr)
		}
		if err != nil {
			return nil, err
		}
		got[fmt.Sprintf("%s.%s/%d: %d", s.Operator, s.State, s.Group, s.Entries)] = strings.TrimPrefix(string(entries), "before")
	}
	return got, nil
}

// readBlocks reads a section block by block, which must give what reading it in one piece gave.
func readBlocks(r *snapshot.Reader, s snapshot.Section, whole []byte, fails bool) error {
	left, n := whole, 0
	err := r.Blocks(s, func(entries []byte, count int) error {
		if !fails && !bytes.HasPrefix(left, entries) {
			return fmt.Errorf("%v: a block holds %q, where %q is left of the section", s, entries, left)
		}
		left = left[min(len(entries), len(left)):]
		n += count
		return nil
	})
	switch {
	case fails && err == nil:
		return fmt.Errorf("%v: damage was not found block by block", s)
	case !fails && (err != nil || len(left) > 0 || n != s.Entries):
		return fmt.Errorf("%v: block by block: %d of %d entries, %d bytes left: %w", s, n, s.Entries, len(left), err)
	}
	return nil
}

func TestRoundTrip(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 100<<10/16)
	tests := []struct {
		name     string
		sections []section
		want     map[string]string
	}{
		{"no section", nil, map[string]string{}},
		{"one", []section{{"Count", "state", 3, []string{"ab", "c"}}}, map[string]string{"Count.state/3: 2": "abc"}},
		{"several", []section{
			{"Count", "state", 0, []string{"a"}},
			{"Count", "state", 1, []string{"b"}},
			{"Count", "timers", 0, []string{"c"}},
			{"Sum", "state", 0, []string{"d"}},
		}, map[string]string{"Count.state/0: 1": "a", "Count.state/1: 1": "b", "Count.timers/0: 1": "c", "Sum.state/0: 1": "d"}},
		{"a section of several blocks", []section{{"Count", "state", 0, []string{big, big, big, big, big}}},
			map[string]string{"Count.state/0: 5": strings.Repeat(big, 5)}},
		{"an entry larger than a block", []section{{"Count", "state", 0, []string{"a", strings.Repeat(big, 9), "b"}}},
			map[string]string{"Count.state/0: 3": "a" + strings.Repeat(big, 9) + "b"}},
		{"what compresses too well", []section{{"Count", "state", 0, []string{strings.Repeat("\x00", 4<<20)}}},
			map[string]string{"Count.state/0: 1": strings.Repeat("\x00", 4<<20)}},
	}
	for _, test := range tests {
		for _, codec := range []snapshot.Codec{snapshot.None, snapshot.S2} {
			t.Run(fmt.Sprintf("%s, codec %d", test.name, codec), func(t *testing.T) {
				got, err := read(write(t, codec, test.sections...))
				require.NoError(t, err)
				require.Equal(t, test.want, got)
			})
		}
	}
}

func TestRoundTripOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := snapshot.NewWriter(rapid.SampledFrom([]snapshot.Codec{snapshot.None, snapshot.S2}).Draw(t, "codec"))
		want := map[string]string{}
		for _, group := range rapid.SliceOfDistinct(rapid.IntRange(0, 32767), func(g int) int { return g }).Draw(t, "groups") {
			all := ""
			entries := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 300), 1, 5).Draw(t, "entries")
			for _, e := range entries {
				require.NoError(t, w.Section("Count", "state", group, 1, e))
				all += string(e)
			}
			want[fmt.Sprintf("Count.state/%d: %d", group, len(entries))] = all
		}
		got, err := read(w.Finish())
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestSectionRefuses(t *testing.T) {
	tests := []struct {
		name            string
		operator, state string
		group, count    int
		entries         string
		err             string
	}{
		{"no operator", "", "s", 0, 1, "a", `section of operator "", state "s": both need a name`},
		{"no state", "O", "", 0, 1, "a", `section of operator "O", state "": both need a name`},
		{"negative group", "O", "s", -1, 1, "a", "operator O, state s: key group -1 with 1 entries: neither may be negative"},
		{"entries without bytes", "O", "s", 0, 1, "", "operator O, state s, key group 0: 1 entries in 0 bytes"},
		{"bytes without entries", "O", "s", 0, 0, "a", "operator O, state s, key group 0: 0 entries in 1 bytes"},
		{"a closed section", "O", "closed", 7, 1, "a", "operator O, state closed, key group 7: the section is closed: its entries must come one after the other"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := snapshot.NewWriter(snapshot.S2)
			require.NoError(t, w.Section("O", "closed", 7, 1, []byte("x")))
			require.NoError(t, w.Section("O", "open", 7, 1, []byte("y")))
			require.EqualError(t, w.Section(test.operator, test.state, test.group, test.count, []byte(test.entries)), "snapshot: "+test.err)
			got, err := read(w.Finish())
			require.NoError(t, err)
			require.Equal(t, map[string]string{"O.closed/7: 1": "x", "O.open/7: 1": "y"}, got)
		})
	}
}

// A few states in some groups, with blocks of both codecs.
func sample(t testing.TB) []byte {
	return write(t, snapshot.S2,
		section{"Count", "state", 0, []string{strings.Repeat("word", 40), "x"}},
		section{"Count", "state", 1, []string{"incompressible"}},
		section{"Sum", "timers", 1, []string{"0123456789"}})
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	for _, b := range [][]byte{sample(t), changes(t)} {
		for i := range len(b) * 8 {
			flipped := bytes.Clone(b)
			flipped[i/8] ^= 1 << (i % 8)
			_, err := read(flipped)
			require.Error(t, err, "bit %d of byte %d", i%8, i/8)
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	b := sample(t)
	for n := range b {
		_, err := read(b[:n])
		var d *snapshot.DamagedError
		require.ErrorAs(t, err, &d, "%d of %d bytes", n, len(b))
	}
	_, err := read(append(bytes.Clone(b), 0))
	require.Error(t, err)
}

func TestDamageIsNamed(t *testing.T) {
	tests := []struct {
		name   string
		damage func(b []byte) []byte
		err    string
	}{
		{"empty", func(b []byte) []byte { return nil }, "snapshot damaged at offset 0: the file has 0 bytes, a snapshot has at least 40"},
		{"another file", func(b []byte) []byte { return bytes.Repeat([]byte("x"), 99) },
			`snapshot damaged at offset 0: the header does not begin with "SGSN": this is no snapshot`},
		{"cut off", func(b []byte) []byte { return b[:len(b)-1] },
			`snapshot damaged at offset 152: the footer does not end with "SGSNEND\n": the end of the file is missing or overwritten`},
		{"a later version", func(b []byte) []byte { b[4] = 9; return b },
			"snapshot: version 9 was written by a newer streamgen, this one reads up to 2: use a binary as new as the one that wrote it"},
		{"a block", func(b []byte) []byte { b[30] ^= 1; return b },
			"snapshot damaged at offset 8: section Count.state, key group 0, block 1 of 1 fails its checksum"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.damage(sample(t)))
			require.EqualError(t, err, test.err)
		})
	}
}

func TestBlocksStopAtAnError(t *testing.T) {
	b := sample(t)
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	require.Equal(t, int64(20+len("incompressible")), r.Sections()[1].Stored())
	require.ErrorIs(t, r.Blocks(r.Sections()[0], func([]byte, int) error { return io.ErrClosedPipe }), io.ErrClosedPipe)
}

// failing is a disk that cannot be read: that is not damage, the bytes may be fine.
type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestReadErrorIsNotDamage(t *testing.T) {
	_, err := snapshot.Open(failing{}, 1000)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	var d *snapshot.DamagedError
	require.NotErrorAs(t, err, &d)
}

func BenchmarkWriteRead(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var entries []byte
	for range 4096 {
		entries = fmt.Appendf(entries, "key-%d %032d", r.IntN(1000), r.IntN(100))
	}
	b.SetBytes(int64(16 * len(entries)))
	b.ReportAllocs()
	for b.Loop() {
		w := snapshot.NewWriter(snapshot.S2)
		for g := range 16 {
			_ = w.Section("Count", "state", g, 4096, entries)
		}
		if _, err := read(w.Finish()); err != nil {
			b.Fatal(err)
		}
	}
}

// A snapshot that is handed on in parts is the same as one that is written in one piece.
func TestASnapshotInParts(t *testing.T) {
	for _, codec := range []snapshot.Codec{snapshot.None, snapshot.S2} {
		write := func(w *snapshot.Writer) []byte {
			for group := range 3 {
				for i := range 40 {
					require.NoError(t, w.Section("Op", "state", group, 1, bytes.Repeat([]byte{byte(i), byte(i * 7)}, 10_000)))
				}
			}
			return w.Finish()
		}
		whole := write(snapshot.NewWriter(codec))
		for _, limit := range []int{0, 10_000, 1 << 30} {
			var handed []byte
			calls := 0
			w := snapshot.NewWriter(codec)
			w.StreamTo(limit, func(b []byte) error {
				require.Greater(t, len(b), limit)
				handed = append(handed, b...)
				calls++
				return nil
			})
			require.True(t, bytes.Equal(whole, append(handed, write(w)...)), "limit %d", limit)
			require.Equal(t, limit < 1<<30, calls > 0)
		}
		w := snapshot.NewWriter(codec)
		w.StreamTo(0, func([]byte) error { return io.ErrClosedPipe })
		require.ErrorIs(t, w.Section("Op", "state", 0, 1, []byte("x")), io.ErrClosedPipe)
	}
}
