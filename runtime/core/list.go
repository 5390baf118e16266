package core

import (
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// listState is a state without a key: a list of elements of any type, or what can be written as one.
type listState interface {
	// Kind says who gets the elements at a restore.
	Kind() checkpoint.StateKind
	// Schema names the form of an element.
	Schema() string
	// Len is the number of elements, and AppendElement adds the one at i to b as a single msgpack value. It leaves b as it is if another
	// subtask keeps the element: that of a union list is kept by one and known to all.
	Len() int
	AppendElement(b []byte, i int) []byte
	// ParseElement reads what AppendElement wrote and adds it to the list, which begins empty. Own says that this subtask is the one that
	// keeps it from now on; a split list and a broadcast state are given no others.
	ParseElement(p *serde.Parser, own bool)
}

// listPiece is how many bytes of a list are handed to a snapshot at once: well below a block, so that blocks are of their usual size.
const listPiece = 32 << 10

// List takes a state without a key of an operator.
func (s *Snapshot) List(uid, state string, l listState) {
	o := s.operator(uid)
	o.States = append(o.States, checkpoint.State{Name: state, Schema: schema.Recorded(l.Schema()), Kind: l.Kind()})
	s.fail(writing(uid, state, func() { s.elements(uid, state, l) }))
}

// elements writes a list in pieces.
func (s *Snapshot) elements(uid, state string, l listState) {
	b, count := s.task.scratch[:0], 0
	for i := range l.Len() {
		before := len(b)
		if b = l.AppendElement(b, i); len(b) > before {
			count++
		}
		if len(b) >= listPiece {
			s.fail(s.data.Section(uid, state, 0, count, b))
			b, count, s.stored = b[:0], 0, true
		}
	}
	if count > 0 {
		s.fail(s.data.Section(uid, state, 0, count, b))
		s.stored = true
	}
	s.task.scratch = b
}

// List fills a state without a key with what this subtask is to have of what all of them held. It was under the former names of its field
// where it was not there under the present one.
func (r *Restore) List(uid, state string, l listState, was ...string) {
	taken := checkpoint.TakenState{State: checkpoint.State{Name: state, Schema: l.Schema(), Kind: l.Kind()}, Was: was}
	r.states[uid] = append(r.states[uid], taken)
	if r.asking {
		return
	}
	d := dealer{kind: l.Kind(), subtask: r.task.subtask, parallelism: r.task.info.parallelism}
	d.apart = r.from.hadInFlight(uid) && r.getsCopies() && !r.from.dropsInFlight(r.withoutInFlight)
	r.from.operators(uid, func(s *checkpoint.Subtask, o *checkpoint.Operator) {
		if r.err != nil {
			return
		}
		form, ok := r.form(o, taken)
		if !ok {
			return
		}
		if !d.begin(s) || s.Data.Size == 0 {
			return
		}
		file, err := r.open(s)
		if err != nil {
			r.fail(err)
			return
		}
		for _, section := range file.own.Sections() {
			if section.Operator != uid || section.State != form.state {
				continue
			}
			elements, err := file.own.Read(section, nil)
			if err == nil {
				err = d.deal(elements, section.Entries, form, l)
			}
			if err != nil {
				r.fail(fmt.Errorf("%s, %s: state %s of operator %s: %w", file.what, file.own.Name, state, uid, unreadable(err)))
				return
			}
		}
	})
}

// dealer says which of the elements that the subtasks of a checkpoint held go to one subtask of a run. All subtasks of the run deal alike: they
// see the elements in the same order.
type dealer struct {
	kind                 checkpoint.StateKind
	subtask, parallelism int

	apart bool // records were in flight to the operator, which gets copies of all on some edge, and come again

	seen  int  // elements dealt so far, to whomever
	given bool // there was a copy
	stays bool // the part that is dealt belongs to the old subtask of the same number
	mine  bool // and that is this one
}

// begin begins with what an old subtask held. It returns false if there is nothing in it for this one.
func (d *dealer) begin(s *checkpoint.Subtask) bool {
	d.stays = s.Parallelism == d.parallelism
	d.mine = s.Index == d.subtask
	switch d.kind {
	case checkpoint.BroadcastState:
		// One copy, and the same one for all: without alignment (at least once) they may differ. Where barriers have overtaken records each
		// copy goes with those that were on their way to it.
		if d.apart && d.stays {
			return d.mine
		}
		first := !d.given
		d.given = true
		return first
	case checkpoint.SplitList:
		return !d.stays || d.mine
	default:
		return true
	}
}

// owns reports whether the next element is this subtask's to keep.
func (d *dealer) owns() bool {
	i := d.seen
	d.seen++
	if d.stays {
		return d.mine
	}
	return i%d.parallelism == d.subtask
}

// deal hands out count elements of an old subtask.
func (d *dealer) deal(elements []byte, count int, form form, l listState) error {
	if d.kind == checkpoint.SplitList && !d.stays {
		var err error
		if elements, count, err = d.pick(elements, count); err != nil {
			return &startError{err}
		}
	}
	elements, err := form.apply(elements, count)
	if err != nil {
		return err
	}
	p := serde.NewParser(elements)
	for range count {
		if p.Err() != nil {
			break
		}
		own := d.kind != checkpoint.UnionList || d.owns()
		l.ParseElement(&p, own)
	}
	if err := p.Done(); err != nil {
		return &startError{err}
	}
	return nil
}

// pick leaves the elements that go to this subtask.
func (d *dealer) pick(elements []byte, count int) ([]byte, int, error) {
	p, picked, n := serde.NewParser(elements), elements[:0], 0
	for range count {
		from := p.Offset()
		p.Skip()
		if p.Err() != nil {
			break
		}
		if d.owns() {
			picked, n = append(picked, elements[from:p.Offset()]...), n+1
		}
	}
	return picked, n, p.Done()
}
