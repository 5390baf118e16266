package file

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appender appends a value as JSON.
type appender func(b []byte, v reflect.Value) ([]byte, error)

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonNumber    = reflect.TypeFor[json.Number]()
)

// appenderOf prepares a plain type. It reports false for a type that encoding/json treats in a way of its own. Above holds the types that
// t is in: one that holds itself is not plain.
func appenderOf(t reflect.Type, above []reflect.Type) (appender, bool) {
	for _, m := range []reflect.Type{jsonMarshaler, textMarshaler} {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return nil, false
		}
	}
	if t == jsonNumber || slices.Contains(above, t) {
		return nil, false
	}
	above = append(slices.Clip(above), t)
	switch t.Kind() {
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendUint(b, v.Uint(), 10), nil }, true
	case reflect.Float32, reflect.Float64:
		bits := t.Bits()
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendFloat(b, v.Float(), bits) }, true
	case reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendString(b, v.String()), nil }, true
	case reflect.Struct:
		return structAppender(t, above)
	case reflect.Pointer:
		return pointerAppender(t, above)
	case reflect.Slice, reflect.Array:
		return listAppender(t, above)
	}
	return nil, false
}

func pointerAppender(t reflect.Type, above []reflect.Type) (appender, bool) {
	elem, ok := appenderOf(t.Elem(), above)
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return elem(b, v.Elem())
	}, ok
}

func listAppender(t reflect.Type, above []reflect.Type) (appender, bool) {
	isSlice := t.Kind() == reflect.Slice
	if isSlice && t.Elem().Kind() == reflect.Uint8 {
		return nil, false // base64
	}
	elem, ok := appenderOf(t.Elem(), above)
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if isSlice && v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = elem(b, v.Index(i)); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	}, ok
}

// jsonField is a field of a struct with its name ready to be copied: "name":
type jsonField struct {
	index       int
	key         string
	omitEmpty   bool
	appendValue appender
}

func structAppender(t reflect.Type, above []reflect.Type) (appender, bool) {
	fields, ok := jsonFieldsOf(t, above)
	return func(b []byte, v reflect.Value) ([]byte, error) {
		b = append(b, '{')
		first := true
		for i := range fields {
			f := &fields[i]
			value := v.Field(f.index)
			if f.omitEmpty && isEmpty(value) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, f.key...)
			var err error
			if b, err = f.appendValue(b, value); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}, ok
}

// jsonFieldsOf prepares the fields of a struct. Embedded ones, two of one name, odd names and other options than omitempty are left to
// encoding/json.
func jsonFieldsOf(t reflect.Type, above []reflect.Type) ([]jsonField, bool) {
	var fields []jsonField
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous {
			return nil, false
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		if strings.IndexFunc(name, isOdd) >= 0 || options != "" && options != "omitempty" {
			return nil, false
		}
		key := `"` + name + `":`
		appendValue, ok := appenderOf(f.Type, above)
		if !ok || slices.ContainsFunc(fields, func(other jsonField) bool { return other.key == key }) {
			return nil, false
		}
		fields = append(fields, jsonField{index: i, key: key, omitEmpty: options != "", appendValue: appendValue})
	}
	return fields, true
}

func isOdd(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.')
}

// isEmpty is what omitempty means by it.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Array, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// appendFloat writes the shortest text that is read as the same number, as ECMAScript does.
func appendFloat(b []byte, f float64, bits int) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return b, fmt.Errorf("JSON has no number %v", f)
	}
	abs := math.Abs(f)
	small, big := abs < 1e-6, abs >= 1e21
	if bits == 32 {
		small, big = float32(abs) < 1e-6, float32(abs) >= 1e21
	}
	if abs == 0 || !small && !big {
		return strconv.AppendFloat(b, f, 'f', -1, bits), nil
	}
	b = strconv.AppendFloat(b, f, 'e', -1, bits)
	if n := len(b); b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 is written e-9
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b, nil
}

const hexDigits = "0123456789abcdef"

// appendString quotes s. Bytes that are not UTF-8 become U+FFFD; U+2028 and U+2029, which end a line in JavaScript, are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	begin := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
			b = append(b, s[begin:i]...)
			b = append(b, `\u`...)
			for shift := 12; shift >= 0; shift -= 4 {
				b = append(b, hexDigits[r>>shift&0xf])
			}
		} else {
			b = appendEscaped(append(b, s[begin:i]...), c)
		}
		i += size
		begin = i
	}
	return append(append(b, s[begin:]...), '"')
}

// appendEscaped writes an ASCII character that cannot stand for itself.
func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, `\u00`+string(hexDigits[c>>4])+string(hexDigits[c&0xf])...)
}
