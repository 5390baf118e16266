package schema

import (
	"bufio"

	"github.com/streamgen/streamgen/serde"
)

// WriteJSON reads one value of type t from p and writes it to w as JSON on one line, for people and tools that do not have the program. What
// p holds may be hostile: nothing recurses, and memory grows with the input alone, however long the names of fields are.
//
//	bool, integers, floats     as such; NaN and the infinities, which JSON has not, as the strings "NaN", "+Inf" and "-Inf"
//	string, text(…)            a string; a byte that is no UTF-8 becomes U+FFFD
//	bytes, bytes[N], binary(…) a string in base64; addresses of net/netip and URLs as their text
//	time, timer                a string in RFC 3339 with nanoseconds, in UTC; a timer that is not set is null
//	timers                     an array of those
//	[]T, [N]T                  an array
//	map[K]V                    an object if its keys are texts or numbers, else an array of {"key": K, "value": V}
//	{Name T}                   an object, its fields in their order
//	msgpack(…)                 what the codec wrote, if it can be told from its bytes; of several values an array; else base64
//	nil                        null
//
// An error is that of p; what was written until then is no whole value. Errors of w stay with it, until its Flush.
func (t *Type) WriteJSON(w *bufio.Writer, p *serde.Parser) {
	j := &jsonWriter{w: w, p: p}
	for t := t; ; t = j.next() {
		if t != nil {
			j.open(t)
		}
		if p.Err() != nil || len(j.frames) == 0 {
			return
		}
	}
}

// jsonWriter goes through a value once, without recursion.
type jsonWriter struct {
	w       *bufio.Writer
	p       *serde.Parser
	frames  []jsonFrame
	scratch []byte
}

// jsonFrame is a container that is being written. Of its n parts, left are still to come; a map has two for each pair, unless its keys are
// written as the names of an object.
type jsonFrame struct {
	t       *Type
	n, left int
}

// open writes a value, or begins a container and leaves a frame for it.
func (j *jsonWriter) open(t *Type) {
	for t.Kind == Pointer {
		if j.p.Nil() {
			j.text("null")
			return
		}
		t = t.Elem
	}
	switch t.Kind {
	case Record:
		j.p.ArrayOf(len(t.Fields))
		j.begin(t, len(t.Fields), '{')
	case Array:
		j.p.ArrayOf(t.Len)
		j.begin(t, t.Len, '[')
	case Slice, Map:
		switch {
		case j.p.Nil():
			j.text("null")
		case t.Kind == Slice:
			j.begin(t, j.p.Array(), '[')
		case t.Key.isName():
			j.begin(t, j.p.Map(), '{')
		default:
			j.begin(t, 2*j.p.Map(), '[')
		}
	case Own:
		if t.Codec == "msgpack" {
			j.own()
			return
		}
		j.scalar(t)
	default:
		if t.Name == "timers" {
			j.begin(t, j.p.Array(), '[')
			return
		}
		j.scalar(t)
	}
}

func (j *jsonWriter) begin(t *Type, n int, bracket byte) {
	if j.p.Err() == nil {
		_ = j.w.WriteByte(bracket)
		j.frames = append(j.frames, jsonFrame{t, n, n})
	}
}

// timerType is an element of a set of timers.
var timerType = &Type{Kind: Basic, Name: anyTimer}

// next writes what stands before the next part of the innermost container, and returns its type, or ends the container and returns nil.
func (j *jsonWriter) next() *Type {
	f := &j.frames[len(j.frames)-1]
	i := f.n - f.left
	pairs := f.t.Kind == Map && !f.t.Key.isName()
	if f.left == 0 {
		switch {
		case pairs && f.n > 0:
			j.text("}]")
		case f.t.Kind == Record, f.t.Kind == Map && !pairs:
			j.text("}")
		default:
			j.text("]")
		}
		j.frames = j.frames[:len(j.frames)-1]
		return nil
	}
	f.left--
	if i > 0 && !pairs {
		j.text(",")
	}
	switch {
	case pairs && i%2 == 1:
		j.text(`,"value":`)
		return f.t.Elem
	case pairs:
		if i > 0 {
			j.text("},")
		}
		j.text(`{"key":`)
		return f.t.Key
	case f.t.Kind == Record:
		j.text(`"`)
		j.text(f.t.Fields[i].Name)
		j.text(`":`)
		return f.t.Fields[i].Type
	case f.t.Kind == Map:
		j.name(f.t.Key)
		return f.t.Elem
	case f.t.Kind == Basic:
		return timerType
	}
	return f.t.Elem
}

func (j *jsonWriter) text(s string) { _, _ = j.w.WriteString(s) }
