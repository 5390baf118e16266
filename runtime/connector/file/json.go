package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonDecoder reads one JSON value a line.
type jsonDecoder[T any] struct{ lineReader }

// read implements [decoder].
func (d *jsonDecoder[T]) read(records []T, ends []int64) (int, error) {
	limit := d.span.limit()
	n := 0
	for n < len(records) {
		if d.offset >= limit {
			return n, io.EOF
		}
		line, err := d.buf.line()
		if err != nil {
			return n, d.failed(err)
		}
		text := bytes.TrimRight(line, "\r\n")
		if len(text) > d.options.maxLine {
			return n, d.tooLong()
		}
		blank := len(bytes.TrimSpace(text)) == 0
		if !blank {
			var zero T
			records[n] = zero // the slice is used again, and a decoder leaves what the line does not name
			if err := json.Unmarshal(text, &records[n]); err != nil {
				return n, d.invalid(text, len(text) == len(line), err)
			}
		}
		d.buf.consume(len(line))
		d.offset += int64(len(line))
		if !blank {
			ends[n] = d.offset
			n++
		}
	}
	return n, nil
}

// invalid says where a line is no value of T, and what is there.
func (d *jsonDecoder[T]) invalid(text []byte, noEnd bool, err error) error {
	column := int64(1)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		column = syntax.Offset
		if end := int64(len(bytes.TrimRight(text, " \t"))); column >= end && !json.Valid(text) && prefixOfValue(text) {
			return fmt.Errorf("%s:%d: %s is cut off in the middle of a JSON value, after %s: write it again whole, or remove it: %w",
				place(d.span, d.offset), end+1, cutOff(noEnd), excerpt(text, end), err)
		}
	} else if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		column = mismatch.Offset
	}
	return fmt.Errorf("%s:%d: %w, at the end of %s", place(d.span, d.offset), max(column, 1), err, excerpt(text, column))
}

func cutOff(noEnd bool) string {
	if noEnd {
		return "the file"
	}
	return "the line"
}

// prefixOfValue tells whether text is the beginning of a JSON value.
func prefixOfValue(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	var value json.RawMessage
	return errors.Is(d.Decode(&value), io.ErrUnexpectedEOF)
}

// excerpt quotes the text before a column.
func excerpt(text []byte, column int64) string {
	const length = 40
	end := min(max(column, 0), int64(len(text)))
	return fmt.Sprintf("%q", text[max(end-length, 0):end])
}
