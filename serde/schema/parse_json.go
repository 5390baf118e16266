package schema

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/streamgen/streamgen/serde"
)

// AppendJSON appends the value of type t that a text of JSON says, in the form in which [Type.WriteJSON] writes it, as a key is given on a command
// line. T is a type of keys: no slices, maps, pointers and timers, and no codec that writes msgpack.
func (t *Type) AppendJSON(dst []byte, text string) ([]byte, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return dst, fmt.Errorf("%s is no JSON: %w%s", text, err, t.quoteHint(text))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return dst, fmt.Errorf("%s is more than one value of JSON%s", text, t.quoteHint(text))
	}
	b, err := t.appendParsed(dst, v)
	if err != nil {
		return dst, fmt.Errorf("%s is no %s: %w%s", text, shorten(t), err, t.quoteHint(text))
	}
	return b, nil
}

// quoteHint says what most likely was meant.
func (t *Type) quoteHint(text string) string {
	if t.Kind == Basic && t.Name == "string" && !strings.HasPrefix(text, `"`) {
		return `: a string of JSON has quotes, '` + string(appendQuoted(nil, []byte(text))) + `'`
	}
	return ""
}

// appendParsed appends what encoding/json made of a value.
func (t *Type) appendParsed(b []byte, v any) ([]byte, error) {
	switch t.Kind {
	case Basic:
		return appendBasic(b, t.Name, v)
	case ByteArray:
		raw, err := base64Of(v)
		if err == nil && len(raw) != t.Len {
			err = fmt.Errorf("%d bytes where %d should be", len(raw), t.Len)
		}
		return serde.AppendBytes(b, raw), err
	case Array:
		values, ok := v.([]any)
		if !ok || len(values) != t.Len {
			return b, fmt.Errorf("not an array of %d", t.Len)
		}
		b = serde.AppendArray(b, t.Len)
		for _, v := range values {
			var err error
			if b, err = t.Elem.appendParsed(b, v); err != nil {
				return b, err
			}
		}
		return b, nil
	case Record:
		return t.appendRecord(b, v)
	case Own:
		switch text, ok := v.(string); {
		case t.Codec == "text" && ok:
			return serde.AppendString(b, text), nil
		case t.Codec == "binary":
			if raw, isKnown := binaryOf(t.Name, text); ok && isKnown {
				return serde.AppendBytes(b, raw), nil
			}
			raw, err := base64Of(v)
			return serde.AppendBytes(b, raw), err
		}
	}
	return b, fmt.Errorf("a value of type %s cannot be given as JSON", shorten(t))
}

func (t *Type) appendRecord(b []byte, v any) ([]byte, error) {
	values, ok := v.(map[string]any)
	if !ok {
		return b, errors.New("not an object")
	}
	b = serde.AppendArray(b, len(t.Fields))
	for _, f := range t.Fields {
		field, ok := values[f.Name]
		if !ok {
			return b, fmt.Errorf("field %s is missing", f.Name)
		}
		delete(values, f.Name)
		var err error
		if b, err = f.Type.appendParsed(b, field); err != nil {
			return b, fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	for name := range values {
		return b, fmt.Errorf("there is no field %s", name)
	}
	return b, nil
}

func base64Of(v any) ([]byte, error) {
	text, ok := v.(string)
	if !ok {
		return nil, errors.New("not a string in base64")
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if raw == nil {
		raw = []byte{}
	}
	return raw, err
}

func appendBasic(b []byte, name string, v any) ([]byte, error) {
	switch v := v.(type) {
	case bool:
		if name == "bool" {
			return serde.AppendBool(b, v), nil
		}
	case string:
		switch name {
		case "string":
			return serde.AppendString(b, v), nil
		case "time":
			at, err := time.Parse(time.RFC3339Nano, v)
			return serde.AppendTime(b, at), err
		case "bytes":
			raw, err := base64Of(v)
			return serde.AppendBytes(b, raw), err
		case "float32", "float64":
			if v == "NaN" || v == "+Inf" || v == "-Inf" {
				return appendNumber(b, name, v)
			}
		}
	case json.Number:
		return appendNumber(b, name, v.String())
	}
	return b, errors.New("it is another kind of value")
}

func appendNumber(b []byte, name, text string) ([]byte, error) {
	kind, digits := strings.TrimRight(name, "0123456789"), strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz")
	bits := 64
	if digits != "" {
		bits, _ = strconv.Atoi(digits)
	}
	switch kind {
	case "int":
		n, err := strconv.ParseInt(text, 10, bits)
		return serde.AppendInt(b, n), unwrapNumber(err)
	case "uint":
		n, err := strconv.ParseUint(text, 10, bits)
		return serde.AppendUint(b, n), unwrapNumber(err)
	case "float":
		f, err := strconv.ParseFloat(text, bits)
		if name == "float32" {
			return serde.AppendFloat32(b, float32(f)), unwrapNumber(err)
		}
		if name == "float64" {
			return serde.AppendFloat64(b, f), unwrapNumber(err)
		}
	}
	return b, errors.New("it is another kind of value")
}

// unwrapNumber leaves what is wrong with a number, without the name of the function that found it.
func unwrapNumber(err error) error {
	var number *strconv.NumError
	if errors.As(err, &number) {
		return number.Err
	}
	return err
}
