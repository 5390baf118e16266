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
	read, err := codec.parseBatch(&p, 2)
	require.NoError(t, err)
	require.NoError(t, p.Done())
	require.Equal(t, []string{"two", "three"}, read.(*batch[string]).records)

	p.Reset(b)
	_, err = codec.parseBatch(&p, 1<<30)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

type sender struct {
	Task
	out Output[string]
}
