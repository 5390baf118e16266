package schema

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/streamgen/streamgen/serde"
)

// isName reports whether values of t can be the names in an object.
func (t *Type) isName() bool {
	switch t.Kind {
	case Basic:
		return t.Name != "timers"
	case ByteArray:
		return true
	case Own:
		return t.Codec != "msgpack"
	}
	return false
}

// scalar writes a value that is no container.
func (j *jsonWriter) scalar(t *Type) {
	text, quoted := j.read(t)
	if quoted {
		text = appendQuoted(nil, text)
	}
	if j.p.Err() == nil {
		_, _ = j.w.Write(text)
	}
}

// name writes the name of a part of an object.
func (j *jsonWriter) name(t *Type) {
	text, _ := j.read(t)
	if j.p.Err() == nil {
		_, _ = j.w.Write(appendQuoted(nil, text))
		j.text(":")
	}
}

// read reads a value that is no container. Quoted is true if its text is to be a string.
func (j *jsonWriter) read(t *Type) (text []byte, quoted bool) {
	p, b := j.p, j.scratch[:0]
	defer func() { j.scratch = b[:0] }()
	if t.Kind == Own && p.Absent() {
		return append(b, "null"...), false
	}
	switch {
	case t.Kind == ByteArray:
		v := p.Bytes()
		if len(v) != t.Len {
			p.Failf("%d bytes where %d should be", len(v), t.Len)
		}
		b = base64.StdEncoding.AppendEncode(b, v)
		return b, true
	case t.Kind == Own && t.Codec == "text":
		return []byte(p.String()), true
	case t.Kind == Own:
		raw := bytesOf(p)
		if text, ok := textOf(t.Name, raw); ok {
			return text, true
		}
		b = base64.StdEncoding.AppendEncode(b, raw)
		return b, true
	}
	switch t.Name {
	case "bool":
		b = strconv.AppendBool(b, p.Bool())
	case "uint", "uint8", "uint16", "uint32", "uint64":
		b = strconv.AppendUint(b, p.Uint(), 10)
	case "float32":
		b, quoted = appendFloat(b, float64(p.Float32()), 32)
	case "float64":
		b, quoted = appendFloat(b, p.Float64(), 64)
	case "string":
		return []byte(p.String()), true
	case "time":
		b, quoted = appendTime(b, p.Time()), true
	case anyTimer, "timer.Event", "timer.Processing":
		if p.Nil() {
			return append(b, "null"...), false
		}
		b, quoted = appendTime(b, time.UnixMilli(p.Int())), true
	case "bytes":
		if p.Nil() {
			return append(b, "null"...), false
		}
		b, quoted = base64.StdEncoding.AppendEncode(b, p.Bytes()), true
	default:
		b = strconv.AppendInt(b, p.Int(), 10)
	}
	return b, quoted
}

// appendFloat writes a number so that it reads as the same one, and as a string what JSON has no number for.
func appendFloat(b []byte, v float64, bits int) (text []byte, quoted bool) {
	switch {
	case math.IsNaN(v):
		return append(b, "NaN"...), true
	case math.IsInf(v, 0):
		return strconv.AppendFloat(b, v, 'f', -1, bits), true
	case v != 0 && (math.Abs(v) < 1e-6 || math.Abs(v) >= 1e21): // where encoding/json changes over too
		return strconv.AppendFloat(b, v, 'e', -1, bits), false
	}
	return strconv.AppendFloat(b, v, 'f', -1, bits), false
}

// appendTime writes a time in UTC. A year behind 9999, as that of a timer for the end of input, has more digits than RFC 3339 knows.
func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

// appendQuoted writes a string. What JSON does not ask to escape stays as it is.
func appendQuoted(b, text []byte) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for len(text) > 0 {
		c := text[0]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(text)
			text = text[n:]
			if r < 0xa0 { // a terminal would obey it
				b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
				continue
			}
			b = utf8.AppendRune(b, r)
			continue
		}
		text = text[1:]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// bytesOf reads the bytes that a codec of a type's own wrote.
func bytesOf(p *serde.Parser) []byte {
	if p.Kind() == serde.KindNil {
		p.Failf("nil where a type's own codec should have written bytes")
	}
	return p.Bytes()
}

// Quote writes a text as a string of JSON, as [Type.WriteJSON] does.
func Quote(text string) string { return string(appendQuoted(nil, []byte(text))) }
