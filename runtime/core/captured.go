package core

import (
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde/schema"
)

// capturedInput are the records that a checkpoint has found in flight to one input of an operator, in the form of its codec. Those of a
// loop may be many, on disk, and so they are here: more than fit into memory wait in a spill until the lane puts them into the snapshot.
type capturedInput struct {
	number  int // of the input of the task
	uid     string
	batches batchCodec
	copies  bool // every subtask gets them
	pieces  []capturedPiece
	count   int        // of the records in pieces
	older   *spill     // what was written down before the pieces, nil if that is nothing
	disk    *spillDisk // nil: all are in pieces
}

// capturedPiece is a part of the records, as large as what a snapshot takes at a time, or a little more.
type capturedPiece struct {
	count int
	codes []byte
}

const pieceSize = 256 << 10

// piece is where records are added.
func (in *capturedInput) piece() *capturedPiece {
	if n := len(in.pieces); n == 0 || len(in.pieces[n-1].codes) >= pieceSize {
		in.pieces = append(in.pieces, capturedPiece{})
	}
	return &in.pieces[len(in.pieces)-1]
}

// add writes down what was not processed yet of a batch.
func (in *capturedInput) add(records Records) error {
	p := in.piece()
	p.codes = in.batches.appendBatch(p.codes, records)
	return in.added(p, records.size()-records.head().next)
}

// addCodes writes down records that have the form of the codec already.
func (in *capturedInput) addCodes(codes []byte, count int) error {
	p := in.piece()
	p.codes = append(p.codes, codes...)
	return in.added(p, count)
}

// added counts what was added to a piece, and writes all to disk when it is too much.
func (in *capturedInput) added(p *capturedPiece, count int) error {
	p.count += count
	if in.count += count; in.disk == nil || in.count <= in.disk.limit {
		return nil
	}
	if in.older == nil {
		in.older = &spill{disk: in.disk}
	}
	for _, p := range in.pieces {
		if err := in.older.addCodes(p.codes, p.count); err != nil {
			return err
		}
	}
	in.pieces, in.count = nil, 0
	return nil
}

// writeTo puts the records into a snapshot.
func (in *capturedInput) writeTo(snap *Snapshot) error {
	name := checkpoint.InFlightName(in.batches.inputName())
	var failed error
	if in.older != nil {
		err := in.older.each(func(f spilledFrame) bool {
			failed = snap.data.Section(in.uid, name, 0, f.count, f.codes)
			return failed == nil
		})
		if err != nil {
			return err
		}
	}
	for i := range in.pieces {
		if failed != nil {
			return failed
		}
		failed = snap.data.Section(in.uid, name, 0, in.pieces[i].count, in.pieces[i].codes)
		in.pieces[i].codes = nil
	}
	return failed
}

// inFlight takes the records that were on their way to an input of an operator. They are put into the snapshot when it is stored.
func (s *Snapshot) inFlight(in capturedInput) {
	name, kind := checkpoint.InFlightName(in.batches.inputName()), checkpoint.InFlightOnce
	if in.copies {
		kind = checkpoint.InFlightCopies
	}
	o := s.operator(in.uid)
	o.States = append(o.States, checkpoint.State{Name: name, Schema: schema.Recorded(in.batches.schema()), Kind: kind})
	s.flights = append(s.flights, in)
	s.stored = true
}

// writeInFlight puts what was in flight into the snapshot.
func (s *Snapshot) writeInFlight() error {
	for i := range s.flights {
		if err := s.flights[i].writeTo(s); err != nil {
			return err
		}
	}
	return nil
}

// dropInFlight drops what is on disk of what was in flight. Nobody waits for that, and it ends with the process anyway.
func dropInFlight(inputs []capturedInput) {
	for _, in := range inputs {
		_ = in.older.close()
	}
}

// input is where the records of an edge are written down.
func (c *capture) input(e *edge) *capturedInput {
	i := slices.IndexFunc(c.inputs, func(in capturedInput) bool { return in.number == e.input })
	if i < 0 {
		i = len(c.inputs)
		c.inputs = append(c.inputs, capturedInput{number: e.input, uid: e.to.name, batches: e.batches, copies: e.partition == Broadcast, disk: c.disk})
	}
	return &c.inputs[i]
}
