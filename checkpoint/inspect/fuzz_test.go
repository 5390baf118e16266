package inspect

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// FuzzDump shows, dumps and compares hostile snapshots by hostile schemas. What does not begin as a snapshot is put into one as count entries; the
// others are given right checksums where there is room for them, else the fuzzer would never get behind one.
func FuzzDump(f *testing.F) {
	for _, seed := range []struct {
		schema, key, entries string
		kind                 uint8
	}{
		{"int: {N int, T []string}", "5", "\x05\x92\x07\x91\xa1a", 0},
		{"{Key string, Value *{A bytes, M map[string]int}}", `"a"`, "\x92\xa1a\x92\xc4\x01a\x81\xa1b\x05", 3},
		{"N={Next *^N, Own msgpack(a.T)}", "", "\x92\x92\xc0\xc4\x01\x05\xc4\x02\x05\x81", 1},
	} {
		f.Add(seed.schema, seed.key, seed.kind, uint8(1), []byte(seed.entries))
		f.Add(seed.schema, seed.key, seed.kind, uint8(0), snapshotOf(f, 1, []byte(seed.entries)))
	}
	f.Fuzz(func(t *testing.T, schema, key string, kind, count uint8, b []byte) {
		if len(schema)*len(b) > 1<<18 || len(b) == 0 { // names may be written as often as there are bytes
			return
		}
		if bytes.HasPrefix(b, []byte("SGSN")) {
			mend(b)
		} else {
			b = snapshotOf(t, min(int(count)+1, len(b)), b)
		}
		fsys := vfs.NewMem()
		subtask := checkpoint.Subtask{Task: "Count", Parallelism: 1, Data: checkpoint.Data{Inline: b, Size: int64(len(b))}, Operators: []checkpoint.Operator{
			{UID: "Count", States: []checkpoint.State{{Name: "State", Schema: schema, Kind: checkpoint.StateKind(kind) % (checkpoint.InFlightCopies + 1)}}},
		}}
		writeSubtasks(t, fsys, "s/a", 8, []checkpoint.Subtask{subtask})
		made{state: keyed, groups: 8, entries: []number{{1, 1}}}.write(t, fsys, "s/b")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Show(fsys, "s/a")
		for _, k := range []string{"", key} {
			_, _ = Dump(fsys, "s/a", Selection{Name: "Count.State", Key: k}, io.Discard, nil)
		}
		for _, pair := range [][2]string{{"s/a", "s/a"}, {"s/a", "s/b"}, {"s/b", "s/a"}} {
			_, _ = Diff(fsys, pair[0], pair[1], io.Discard, nil)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+1<<17*uint64(len(b)+len(schema)+len(key)) {
			t.Fatalf("%d bytes allocated for a snapshot of %d", used, len(b))
		}
	})
}

func snapshotOf(t testing.TB, count int, entries []byte) []byte {
	w := snapshot.NewWriter(snapshot.None)
	require.NoError(t, w.Section("Count", "State", 3, count, entries))
	return w.Finish()
}

// mend corrects the checksums of the footer, the index and the first block.
func mend(b []byte) {
	const header, blockHeader, footer = 8, 20, 32
	le, table := binary.LittleEndian, crc32.MakeTable(crc32.Castagnoli)
	if len(b) < header+footer {
		return
	}
	end := len(b) - footer
	foot := b[end:]
	if at := le.Uint64(foot); at <= uint64(end) {
		le.PutUint32(foot[12:], crc32.Checksum(b[at:end], table))
	}
	le.PutUint32(foot[20:], crc32.Checksum(foot[:20], table))
	if block := b[header:end]; len(block) >= blockHeader {
		if n := le.Uint32(block[4:]); uint64(n) <= uint64(len(block)-blockHeader) {
			sum := crc32.Checksum(block[:16], table)
			le.PutUint32(block[16:], crc32.Update(sum, table, block[blockHeader:blockHeader+n]))
		}
	}
}
