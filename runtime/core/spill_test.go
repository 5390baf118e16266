package core

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// newSpill spills strings into a folder of fs.
func newSpill(fs vfs.FS) *spill {
	return &spill{disk: &spillDisk{files: fs, dir: "/tmp", limit: 7}, records: RecordCodec[string]{
		Append: func(b []byte, record *string) []byte { return serde.AppendString(b, *record) },
		Parse:  func(p *serde.Parser, record *string) { *record = p.String() },
	}}
}

func batchOf(records ...string) *batch[string] { return &batch[string]{records: records} }

// said is what a batch has, with its tail.
func said(records Records) string {
	b := records.(*batch[string])
	parts := slices.Clone(b.records)
	if b.mark.kind != noMark {
		parts = append(parts, fmt.Sprint("watermark ", int64(b.mark.watermark)))
	}
	if b.barrier != nil {
		parts = append(parts, fmt.Sprint("barrier ", b.barrier.ID))
	}
	if b.end {
		parts = append(parts, "end")
	}
	return strings.Join(parts, " ")
}

// What was spilled comes back batch by batch in its order, with what stands behind each, while more is added.
func TestASpillKeepsTheOrder(t *testing.T) {
	sp := newSpill(vfs.NewMem())
	var none *spill
	require.False(t, none.holds())
	require.NoError(t, none.close())
	take := func(want ...string) {
		for _, w := range want {
			require.True(t, sp.holds())
			records, err := sp.take()
			require.NoError(t, err)
			require.Equal(t, w, said(records))
		}
	}
	add := func(b *batch[string]) { require.NoError(t, sp.add(b)) }

	barrier := batchOf("b", "c")
	barrier.barrier = &coordinator.Barrier{ID: 3}
	empty := batchOf()
	empty.barrier = &coordinator.Barrier{ID: 4}
	add(batchOf("a"))
	add(barrier)
	take("a")
	add(empty)
	require.True(t, sp.works())
	take("b c barrier 3")
	require.False(t, sp.works(), "a barrier by itself gives nobody anything to do")
	marked := batchOf()
	marked.mark = mark{watermarkMark, 5}
	add(marked)
	require.True(t, sp.works())
	end := batchOf("d")
	end.end = true
	add(end)
	take("barrier 4", "watermark 5", "d end")
	require.False(t, sp.holds())
	require.Nil(t, sp.written.file)
	require.Nil(t, sp.read.file, "what has been read takes no room")

	add(batchOf("e"))
	take("e")
}

// A batch that has grown, and one of large records, is cut; what stands behind it stands behind its last part.
func TestASpillCutsLargeBatches(t *testing.T) {
	sp := newSpill(vfs.NewMem())
	grown := batchOf(slices.Repeat([]string{"x"}, 2*batchSize+1)...)
	grown.end = true
	require.NoError(t, sp.add(grown))
	large := batchOf(slices.Repeat([]string{strings.Repeat("y", frameSize/2+1)}, 3)...)
	require.NoError(t, sp.add(large))
	var sizes []int
	for sp.holds() {
		records, err := sp.take()
		require.NoError(t, err)
		sizes = append(sizes, records.size())
		require.Equal(t, len(sizes) == 3, records.head().end)
	}
	require.Equal(t, []int{batchSize, batchSize, 1, 2, 1}, sizes)
}

// What waits can be looked through, over both files and without taking it, as a checkpoint does.
func TestASpillIsLookedThrough(t *testing.T) {
	sp := newSpill(vfs.NewMem())
	for i := range 3 {
		b := batchOf(fmt.Sprint(i), "x")
		b.barrier = &coordinator.Barrier{ID: int64(i)}
		require.NoError(t, sp.add(b))
	}
	_, err := sp.take()
	require.NoError(t, err)
	require.NoError(t, sp.add(batchOf("3")))
	var seen []string
	look := func(limit int) {
		seen = nil
		require.NoError(t, sp.each(func(f spilledFrame) bool {
			p := serde.NewParser(f.codes)
			records, err := sp.records.parseBatch(&p, f.count)
			require.NoError(t, err)
			if f.tail != nil {
				records.head().barrier = f.tail.barrier
			}
			seen = append(seen, said(records))
			return len(seen) < limit
		}))
	}
	look(5)
	require.Equal(t, []string{"1 x barrier 1", "2 x barrier 2", "3"}, seen)
	look(1)
	require.Equal(t, []string{"1 x barrier 1"}, seen)
	records, err := sp.take()
	require.NoError(t, err)
	require.Equal(t, "1 x barrier 1", said(records))
}

// An error of the disk says what it is about, where, and what to do.
func TestASpillWithoutADisk(t *testing.T) {
	const message = "records of a loop wait on disk, in /tmp (io.tmp.dirs), since there are more than fit into memory (pipeline.loop.records-in-memory=7), " +
		"and they cannot be %s: %s /tmp/scratch: %s; see to that disk, or name another one"
	for _, test := range []struct {
		op   vfs.Op
		err  error
		want string
	}{
		{vfs.OpScratch, syscall.ENOSPC, fmt.Sprintf(message, "written", "scratch", "no space left on device")},
		{vfs.OpWrite, vfs.Short(3, syscall.ENOSPC), fmt.Sprintf(message, "written", "write", "no space left on device")},
		{vfs.OpReadAt, syscall.EIO, fmt.Sprintf(message, "read", "readat", "input/output error")},
		{vfs.OpClose, syscall.EIO, fmt.Sprintf(message, "closed", "close", "input/output error")},
	} {
		t.Run(test.op.String(), func(t *testing.T) {
			sp := newSpill(vfs.Inject(vfs.NewMem(), func(op vfs.Op, _ string) error {
				if op == test.op {
					return test.err
				}
				return nil
			}))
			err := sp.add(batchOf("a"))
			if err == nil {
				_, err = sp.take()
			}
			require.EqualError(t, err, test.want)
		})
	}
}

// Bytes that a disk has changed are not taken for records.
func TestADamagedSpill(t *testing.T) {
	for at := range int64(frameHeader + 2) {
		sp := newSpill(vfs.NewMem())
		require.NoError(t, sp.add(batchOf("a")))
		sp.written.file = flipped{sp.written.file, at}
		_, err := sp.take()
		require.ErrorIs(t, err, errSpillDamaged, "byte %d", at)
	}
}

// flipped is a file in which a byte is another.
type flipped struct {
	vfs.Scratch
	at int64
}

func (f flipped) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.Scratch.ReadAt(b, off)
	if i := f.at - off; i >= 0 && i < int64(n) {
		b[i] ^= 0x80
	}
	return n, err
}
