package core

import (
	"github.com/streamgen/streamgen/serde"
)

// RecordCodec writes and reads the records of an exchange, for those that a checkpoint catches in flight. Generated code has one for
// each type of records that crosses tasks.
type RecordCodec[T any] struct {
	// Schema names the form of a record, as the schema of a state does.
	Schema string
	// Append adds a record to b, Parse reads what it added.
	Append func(b []byte, record *T) []byte
	Parse  func(p *serde.Parser, record *T)
}

// batchCodec is a RecordCodec of any type: it writes and reads the records of batches.
type batchCodec interface {
	schema() string
	// appendBatch adds the records of a batch that were not processed yet.
	appendBatch(b []byte, records Records) []byte
	// parseBatch reads n records into a batch.
	parseBatch(p *serde.Parser, n int) (Records, error)
}

func (c RecordCodec[T]) schema() string { return c.Schema }

func (c RecordCodec[T]) appendBatch(b []byte, records Records) []byte {
	batch := records.(*batch[T])
	for i := batch.next; i < len(batch.records); i++ {
		b = c.Append(b, &batch.records[i])
	}
	return b
}

func (c RecordCodec[T]) parseBatch(p *serde.Parser, n int) (Records, error) {
	b := &batch[T]{}
	for i := 0; i < n && p.Err() == nil; i++ {
		var record T
		c.Parse(p, &record)
		b.records = append(b.records, record)
	}
	return b, p.Err()
}
