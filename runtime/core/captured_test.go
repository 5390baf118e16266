package core

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// What a checkpoint has found in flight is in its snapshot in the order in which it was found, be it in memory or, what is too much, on disk.
func TestCapturedRecordsAreInOrder(t *testing.T) {
	for _, limit := range []int{1, 3, 7, 100} {
		disk := newSpill(vfs.NewMem()).disk
		disk.limit = limit
		in := capturedInput{uid: "To", batches: newSpill(nil).records, disk: disk}
		var want []string
		for i := range 10 {
			b := batchOf("done", fmt.Sprint(i, "a"), fmt.Sprint(i, "b"))
			b.next = 1
			require.NoError(t, in.add(b))
			require.NoError(t, in.addCodes(serde.AppendString(nil, fmt.Sprint(i, "c")), 1))
			want = append(want, fmt.Sprint(i, "a"), fmt.Sprint(i, "b"), fmt.Sprint(i, "c"))
			require.LessOrEqual(t, in.count, limit)
		}
		require.Equal(t, limit < 30, in.older.holds())
		snap := &Snapshot{data: snapshot.NewWriter(snapshot.None), flights: []capturedInput{in}}
		require.NoError(t, snap.writeInFlight())
		dropInFlight(snap.flights)
		written := snap.data.Finish()
		reader, err := snapshot.Open(bytes.NewReader(written), int64(len(written)))
		require.NoError(t, err)
		require.Len(t, reader.Sections(), 1)
		section := reader.Sections()[0]
		codes, err := reader.Read(section, nil)
		require.NoError(t, err)
		p := serde.NewParser(codes)
		records, err := in.batches.parseBatch(&p, section.Entries)
		require.NoError(t, err)
		require.Equal(t, want, records.(*batch[string]).records)
	}
}
