package schema

import "github.com/streamgen/streamgen/serde"

// Apply appends to dst what src becomes: one value, or one key with its value. An error says where src is damaged.
func (p *Plan) Apply(dst, src []byte) ([]byte, error) { return p.ApplyAll(dst, src, 1) }

// ApplyAll is [Plan.Apply] for n values, or keys with their values, one behind the other. What src holds is looked at only as far as it is
// rewritten: the reader parses the rest. Memory and time grow with src, whatever it holds.
func (p *Plan) ApplyAll(dst, src []byte, n int) ([]byte, error) {
	r := &rewriter{src: src, in: serde.NewParser(src)}
	for range n {
		for _, part := range p.parts {
			value := r.value(part.step)
			if r.in.Err() != nil {
				return dst, r.in.Err()
			}
			dst = r.flatten(dst, value)
			r.chunks = r.chunks[:0]
		}
	}
	return dst, r.in.Done()
}

// rewriter goes through the writer's bytes once, without recursion, and keeps of each value of which pieces it will consist. Only
// when a value is whole the pieces are put together: fields that change places within fields that change places are then copied once.
type rewriter struct {
	src    []byte
	in     serde.Parser
	chunks []chunk
	// frames are the containers around the place; values are the finished fields of those that are records.
	frames []frame
	values []rope
}

// chunk is a piece of output: src[from:to], or literal bytes.
type chunk struct {
	from, to int
	literal  []byte
	next     int // the index of the one behind it, -1 for the last
}

// rope is a sequence of chunks by the indices of the first and the last; empty is none.
type rope struct{ first, last int }

// frame is a container that is being read.
type frame struct {
	step *step
	// left counts the values that are still to come.
	left int
	// done is what is finished of a slice, array or map.
	done rope
	// fields is where the finished fields of a record begin in values.
	fields int
}

func empty() rope { return rope{-1, -1} }

// value rewrites one value. After an error of in the result means nothing.
func (r *rewriter) value(s *step) rope {
	r.frames, r.values = r.frames[:0], r.values[:0]
	for {
		done, ok := r.open(s)
		if r.in.Err() != nil {
			return done
		}
		// What is finished goes into the container around it, which that may finish.
		for ok {
			if len(r.frames) == 0 {
				return done
			}
			f := &r.frames[len(r.frames)-1]
			r.add(f, done)
			if ok = f.left == 0; ok {
				done = r.close(f)
			}
		}
		s = r.next(&r.frames[len(r.frames)-1])
	}
}

// open begins a value. It reports whether that is all of it; otherwise there is a new frame.
func (r *rewriter) open(s *step) (rope, bool) {
	from := r.in.Offset()
	for s != nil && !s.same && s.kind == Pointer {
		if r.in.Nil() {
			return r.copied(from), true
		}
		s = s.elem
	}
	if s == nil || s.same {
		r.in.Skip()
		if s == nil {
			return empty(), true
		}
		return r.copied(from), true
	}
	f := frame{step: s, done: empty(), fields: len(r.values)}
	switch s.kind {
	case Record, bare:
		f.left = len(s.written)
		if s.kind == Record {
			r.in.ArrayOf(f.left)
		}
		if f.left == 0 {
			return r.record(&f), true
		}
		r.frames = append(r.frames, f)
		return empty(), false
	case Map:
		if r.in.Nil() {
			return r.copied(from), true
		}
		f.left = 2 * r.in.Map()
	default:
		if r.in.Nil() {
			return r.copied(from), true
		}
		f.left = r.in.Array()
	}
	f.done = r.copied(from)
	if f.left == 0 {
		return f.done, true
	}
	r.frames = append(r.frames, f)
	return empty(), false
}

// next is the step of the next value in the container.
func (r *rewriter) next(f *frame) *step {
	switch s := f.step; s.kind {
	case Record, bare:
		return s.written[len(s.written)-f.left]
	case Map:
		if f.left%2 == 0 {
			return &step{same: true} // a key
		}
		return s.elem
	default:
		return s.elem
	}
}

// add takes a finished value of the container.
func (r *rewriter) add(f *frame, value rope) {
	f.left--
	if f.step.kind == Record || f.step.kind == bare {
		r.values = append(r.values, value)
		return
	}
	f.done = r.concat(f.done, value)
}

// close ends the innermost container and returns what became of it.
func (r *rewriter) close(f *frame) rope {
	done := f.done
	if f.step.kind == Record || f.step.kind == bare {
		done = r.record(f)
		r.values = r.values[:f.fields]
	}
	r.frames = r.frames[:len(r.frames)-1]
	return done
}

// record puts the reader's fields in their order.
func (r *rewriter) record(f *frame) rope {
	done := r.chunk(chunk{literal: f.step.header})
	for _, field := range f.step.fields {
		if field.from < 0 {
			done = r.concat(done, r.chunk(chunk{literal: field.zero}))
		} else {
			done = r.concat(done, r.values[f.fields+field.from])
		}
	}
	return done
}

// copied is what was read since from.
func (r *rewriter) copied(from int) rope { return r.chunk(chunk{from: from, to: r.in.Offset()}) }

func (r *rewriter) chunk(c chunk) rope {
	c.next = -1
	r.chunks = append(r.chunks, c)
	return rope{len(r.chunks) - 1, len(r.chunks) - 1}
}

// concat joins two ropes. Pieces that lie side by side in src become one.
func (r *rewriter) concat(a, b rope) rope {
	if a.first < 0 {
		return b
	}
	if b.first < 0 {
		return a
	}
	last, first := &r.chunks[a.last], &r.chunks[b.first]
	if last.literal != nil || first.literal != nil || last.to != first.from {
		last.next = b.first
		return rope{a.first, b.last}
	}
	last.to, last.next = first.to, first.next
	single := b.first == b.last
	if b.first == len(r.chunks)-1 {
		r.chunks = r.chunks[:b.first]
	}
	if single {
		return a
	}
	return rope{a.first, b.last}
}

// flatten appends what a rope stands for.
func (r *rewriter) flatten(dst []byte, value rope) []byte {
	for i := value.first; i >= 0; i = r.chunks[i].next {
		if c := &r.chunks[i]; c.literal != nil {
			dst = append(dst, c.literal...)
		} else {
			dst = append(dst, r.src[c.from:c.to]...)
		}
	}
	return dst
}
