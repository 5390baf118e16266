package schema

import (
	"bufio"
	"encoding/base64"
	"strconv"

	"github.com/streamgen/streamgen/serde"
)

// own writes what a type's own EncodeMsgpack wrote: any number of values.
func (j *jsonWriter) own() {
	if j.p.Absent() {
		j.text("null")
		return
	}
	raw := bytesOf(j.p)
	if j.p.Err() != nil {
		return
	}
	count, ok := countAny(raw)
	if !ok {
		_, _ = j.w.Write(appendQuoted(nil, base64.StdEncoding.AppendEncode(nil, raw)))
		return
	}
	if count != 1 {
		j.text("[")
	}
	p := serde.NewParser(raw)
	for i := range count {
		if i > 0 {
			j.text(",")
		}
		writeAny(j.w, &p)
	}
	if count != 1 {
		j.text("]")
	}
}

// countAny returns how many values there are, and whether JSON can hold all of them.
func countAny(raw []byte) (count int, ok bool) {
	nowhere := bufio.NewWriterSize(discard{}, 16)
	p := serde.NewParser(raw)
	for p.Len() > 0 {
		writeAny(nowhere, &p)
		count++
	}
	return count, p.Err() == nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// anyFrame is an array or a map that is being written; of a map left counts keys and values.
type anyFrame struct {
	isMap   bool
	n, left int
}

// writeAny writes a value of which nothing is known, without recursion. Keys of maps must be no containers.
func writeAny(w *bufio.Writer, p *serde.Parser) {
	var frames []anyFrame
	for {
		switch kind := p.Kind(); kind {
		case serde.KindArray:
			n := p.Array()
			frames = append(frames, anyFrame{false, n, n})
			_ = w.WriteByte('[')
		case serde.KindMap:
			n := 2 * p.Map()
			frames = append(frames, anyFrame{true, n, n})
			_ = w.WriteByte('{')
		default:
			text, quoted := anyScalar(p, kind)
			if quoted {
				text = appendQuoted(nil, text)
			}
			_, _ = w.Write(text)
		}
		if p.Err() != nil || !nextAny(w, p, &frames) {
			return
		}
	}
}

// nextAny ends the containers that are whole and writes what stands before the next value. It returns false if there is none.
func nextAny(w *bufio.Writer, p *serde.Parser, frames *[]anyFrame) bool {
	for len(*frames) > 0 {
		f := &(*frames)[len(*frames)-1]
		if f.left == 0 {
			if f.isMap {
				_ = w.WriteByte('}')
			} else {
				_ = w.WriteByte(']')
			}
			*frames = (*frames)[:len(*frames)-1]
			continue
		}
		if f.left < f.n {
			_ = w.WriteByte(',')
		}
		f.left--
		if f.isMap {
			f.left--
			text, _ := anyScalar(p, p.Kind())
			_, _ = w.Write(appendQuoted(nil, text))
			_ = w.WriteByte(':')
		}
		return p.Err() == nil
	}
	return false
}

// anyScalar reads a value that is no container.
func anyScalar(p *serde.Parser, kind serde.Kind) (text []byte, quoted bool) {
	switch kind {
	case serde.KindNil:
		p.Nil()
		return []byte("null"), false
	case serde.KindBool:
		return strconv.AppendBool(nil, p.Bool()), false
	case serde.KindInt:
		return strconv.AppendInt(nil, p.Int(), 10), false
	case serde.KindUint:
		return strconv.AppendUint(nil, p.Uint(), 10), false
	case serde.KindFloat32:
		return appendFloat(nil, float64(p.Float32()), 32)
	case serde.KindFloat64:
		return appendFloat(nil, p.Float64(), 64)
	case serde.KindString:
		return []byte(p.String()), true
	case serde.KindBytes:
		return base64.StdEncoding.AppendEncode(nil, p.Bytes()), true
	case serde.KindExtension:
		return appendTime(nil, p.Time()), true // no other is known
	}
	p.Failf("a key of a map that is no text and no number")
	return nil, false
}
