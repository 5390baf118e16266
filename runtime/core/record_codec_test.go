package core

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde"
)

// What an edge holds can be written and read again, from the first record on that nobody has processed.
func TestBatchesOfAnEdge(t *testing.T) {
	j := NewJob("job")
	from := AddTask(j, TaskInfo{Operators: []Operator{Transform("From")}}, func() *sender { return &sender{} })
	to := AddTask(j, TaskInfo{Operators: []Operator{Transform("To", "From")}}, func() *sender { return &sender{} })
	Connect(j, Rebalance, from, func(s *sender) *Output[string] { return &s.out }, to, 0, RecordCodec[string]{
		Schema: "string",
		Append: func(b []byte, record *string) []byte { return serde.AppendString(b, *record) },
		Parse:  func(p *serde.Parser, record *string) { *record = p.String() },
	})
	codec := j.edges[0].batches
	require.Equal(t, "string", codec.schema())

	b := codec.appendBatch(nil, &batch[string]{batchHead: batchHead{next: 1}, records: []string{"done", "two", "three"}})
	p := serde.NewParser(b)
	read, err := parsed(codec, &p, 2, nil)
	require.NoError(t, err)
	require.Len(t, read, 1)
	require.Equal(t, []string{"two", "three"}, read[0].(*batch[string]).records)

	p.Reset(b)
	_, err = parsed(codec, &p, 1<<30, nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	p.Reset(b)
	_, err = parsed(codec, &p, 2, func(uint64) bool { return true })
	require.ErrorIs(t, err, errNoHash)
}

// What was on its way by key is dealt out by key, and many records come in batches of the usual size.
func TestRecordsInFlightAreDealtOutByKey(t *testing.T) {
	codec := RecordCodec[int]{
		Append: func(b []byte, record *int) []byte { return serde.AppendInt(b, int64(*record)) },
		Parse:  func(p *serde.Parser, record *int) { *record = p.NativeInt() },
	}.By(func(record int) uint64 { return uint64(record % 2) })
	var all batch[int]
	for i := range 4 * batchSize {
		all.records = append(all.records, i)
	}
	p := serde.NewParser(codec.appendBatch(nil, &all))
	read, err := parsed(codec, &p, len(all.records), func(hash uint64) bool { return hash == 1 })
	require.NoError(t, err)
	require.Len(t, read, 2)
	for i, b := range read {
		require.Len(t, b.(*batch[int]).records, batchSize)
		require.Equal(t, i*2*batchSize+1, b.(*batch[int]).records[0])
	}
}

// parsed are the batches that a codec yields.
func parsed(codec batchCodec, p *serde.Parser, n int, keep func(hash uint64) bool) (batches []Records, err error) {
	err = codec.parseBatches(p, n, keep, func(b Records) { batches = append(batches, b) })
	return batches, err
}

type sender struct {
	Task
	out Output[string]
}
