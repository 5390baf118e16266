package core

import (
	"errors"

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

	hash  func(record T) uint64
	input string
}

// By is the codec for records that go to an input by key: hash is that of a record's key, as the sender takes it. A restore at another
// parallelism finds their new subtasks by it.
func (c RecordCodec[T]) By(hash func(record T) uint64) RecordCodec[T] {
	c.hash = hash
	return c
}

// Into is the codec for records that go to an input which has a name.
func (c RecordCodec[T]) Into(input string) RecordCodec[T] {
	c.input = input
	return c
}

// batchCodec is a RecordCodec of any type: it writes and reads the records of batches.
type batchCodec interface {
	schema() string
	// inputName is the name of the input that they go to, "" for an operator with a single one.
	inputName() string
	// appendBatch adds the records of a batch that were not processed yet.
	appendBatch(b []byte, records Records) []byte
	// newBatch returns a batch without records.
	newBatch(head batchHead) Records
	// appendSome adds records of a batch from one on, all or as many as make a frame of a spill. It returns which is next.
	appendSome(b []byte, records Records, from int) (out []byte, next int)
	// parseBatch reads n records as one batch.
	parseBatch(p *serde.Parser, n int) (Records, error)
	// parseBatches reads n records and yields those that keep says by the hash of their key, all of them if it is nil, in batches.
	parseBatches(p *serde.Parser, n int, keep func(hash uint64) bool, yield func(Records)) error
	// nextHash is that of the key of the first record that was not processed yet. It reports false if records do not go by key.
	nextHash(records Records) (hash uint64, ok bool)
}

func (c RecordCodec[T]) schema() string    { return c.Schema }
func (c RecordCodec[T]) inputName() string { return c.input }

func (c RecordCodec[T]) appendBatch(b []byte, records Records) []byte {
	batch := records.(*batch[T])
	for i := batch.next; i < len(batch.records); i++ {
		b = c.Append(b, &batch.records[i])
	}
	return b
}

func (c RecordCodec[T]) newBatch(head batchHead) Records { return &batch[T]{batchHead: head} }

// frameSize is the size in bytes at which a frame of a spill gets no further record. It has as many as a batch at most.
const frameSize = 1 << 20

func (c RecordCodec[T]) appendSome(b []byte, records Records, from int) (out []byte, next int) {
	batch := records.(*batch[T])
	for next = from; next < len(batch.records) && next < from+batchSize && len(b) < frameSize; next++ {
		b = c.Append(b, &batch.records[next])
	}
	return b, next
}

func (c RecordCodec[T]) parseBatch(p *serde.Parser, n int) (Records, error) {
	b := &batch[T]{records: make([]T, n)}
	for i := range b.records {
		c.Parse(p, &b.records[i])
	}
	return b, p.Done()
}

// errNoHash says that generated code is older than what is asked of it.
var errNoHash = errors.New("the generated code does not say to which subtask a record goes, so that its parallelism cannot change here: run go generate, " +
	"or restore at the same parallelism")

func (c RecordCodec[T]) parseBatches(p *serde.Parser, n int, keep func(hash uint64) bool, yield func(Records)) error {
	if keep != nil && c.hash == nil {
		return errNoHash
	}
	var open *batch[T]
	for range n {
		var record T
		if c.Parse(p, &record); p.Err() != nil {
			break
		}
		if keep != nil && !keep(c.hash(record)) {
			continue
		}
		if open == nil {
			open = &batch[T]{records: make([]T, 0, batchSize)}
		}
		if open.records = append(open.records, record); len(open.records) == batchSize {
			yield(open)
			open = nil
		}
	}
	if open != nil {
		yield(open)
	}
	return p.Done()
}

func (c RecordCodec[T]) nextHash(records Records) (uint64, bool) {
	if c.hash == nil {
		return 0, false
	}
	batch := records.(*batch[T])
	return c.hash(batch.records[batch.next]), true
}
