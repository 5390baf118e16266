package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"testing"

	"github.com/streamgen/streamgen/checkpoint/snapshot"
)

// FuzzOpen reads hostile files. They are given right checksums where there is room for them, else the fuzzer would never get behind one.
func FuzzOpen(f *testing.F) {
	f.Add(sample(f))
	f.Add(write(f, snapshot.None))
	f.Add(changes(f))
	f.Add([]byte("SGSN"))
	f.Fuzz(func(t *testing.T, b []byte) {
		mend(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = read(b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10+4096*uint64(len(b)) {
			t.Fatalf("%d bytes allocated for a file of %d", used, len(b))
		}
	})
}

// changes is a snapshot with sections of every kind.
func changes(t testing.TB) []byte {
	w := snapshot.NewWriter(snapshot.S2)
	for _, err := range []error{
		w.Section("Count", "state", 0, 1, pair("a", 1)),
		w.Removed("Count", "state", 1, 1, []byte{1}),
		w.Changed("Count", "state", 1, 1, pair("b", 2)),
		w.Cleared("Count", "state", 2),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
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

// A section that names the same block a million times would be a bomb: the index cannot say so.
func TestIndexCannotReuseBlocks(t *testing.T) {
	b := sample(t)
	offset := binary.LittleEndian.Uint64(b[len(b)-32:])
	row := bytes.LastIndexByte(b[:len(b)-32], 10) // the size of the last section
	if row < int(offset) {
		t.Fatal("no such row")
	}
	b[row+1]-- // its stored size: now the sections end before the index
	mend(b)
	if _, err := read(b); err == nil {
		t.Fatal("a gap before the index was not found")
	}
}
