package file

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// csvDecoder reads the rows of CSV files.
type csvDecoder[T any] struct {
	options *options
	fields  []csvField
	span    span
	in      *stream
	limit   *limitReader
	rows    *csv.Reader
	// base is the offset of the file that rows begins at.
	base int64
	// columns holds for each column the field that it goes to, or nil.
	columns []*csvField
	header  []string
}

// open implements [decoder]. A position within the file needs the header first.
func (d *csvDecoder[T]) open(s span, position int64) (int64, error) {
	d.span = s
	if err := d.openAt(0); err != nil {
		return 0, err
	}
	if err := d.readHeader(); err != nil {
		return 0, errors.Join(err, d.close())
	}
	if position <= 0 {
		return d.offset(), nil
	}
	if err := d.close(); err != nil {
		return 0, err
	}
	if err := d.openAt(position); err != nil {
		return 0, err
	}
	d.rows.FieldsPerRecord = len(d.header)
	return position, nil
}

func (d *csvDecoder[T]) openAt(offset int64) error {
	in, err := openAt(d.span, offset)
	if err != nil {
		return err
	}
	d.in, d.base = in, offset
	d.limit = &limitReader{in: in}
	d.rows = csv.NewReader(bufio.NewReaderSize(d.limit, rowBuffer))
	d.rows.Comma = d.options.comma
	d.rows.ReuseRecord = true
	return nil
}

func (d *csvDecoder[T]) close() error { return d.in.Close() }

func (d *csvDecoder[T]) offset() int64 { return d.base + d.rows.InputOffset() }

// readHeader finds a column for every field. An empty file has no header and no rows.
func (d *csvDecoder[T]) readHeader() error {
	row, err := d.row()
	if err == io.EOF {
		d.header, d.columns = nil, nil
		return nil
	}
	if err != nil {
		return err
	}
	d.header = slices.Clone(row)
	d.header[0] = strings.TrimPrefix(d.header[0], "\ufeff")
	if d.columns, err = columnsOf(d.fields, d.header); err != nil {
		return fmt.Errorf("%s:1: %w", d.span.path, err)
	}
	return nil
}

// read implements [decoder].
func (d *csvDecoder[T]) read(records []T, ends []int64) (int, error) {
	limit := d.span.limit()
	for n := range records {
		if d.offset() >= limit {
			return n, io.EOF
		}
		row, err := d.row()
		if err != nil {
			return n, err
		}
		var zero T
		records[n] = zero
		v := reflect.ValueOf(&records[n]).Elem()
		for i, f := range d.columns {
			if f == nil {
				continue
			}
			if err := f.set(v.FieldByIndex(f.index), row[i]); err != nil {
				line, column := d.rows.FieldPos(i)
				return n, fmt.Errorf("%s:%d: column %q: %w", d.place(line), column, d.header[i], err)
			}
		}
		ends[n] = d.offset()
	}
	return len(records), nil
}

// row reads a row of bounded length.
func (d *csvDecoder[T]) row() ([]string, error) {
	begin := d.rows.InputOffset()
	maxRow := int64(d.options.maxLine) + int64(len("\r\n"))
	d.limit.end = begin + maxRow + rowBuffer
	row, err := d.rows.Read()
	switch {
	case err == io.EOF:
		return nil, err
	case err != nil && d.in.shrunk != nil: // a row that is cut off may have other faults
		return nil, d.in.shrunk
	case errors.Is(err, errRowTooLong), err == nil && d.rows.InputOffset()-begin > maxRow:
		return nil, fmt.Errorf("%s: the row at byte %d is longer than %d bytes, is a quote not closed? If it is right allow more with MaxLine",
			place(d.span, d.base+begin), d.base+begin, d.options.maxLine)
	}
	if errors.Is(err, csv.ErrFieldCount) {
		line, _ := d.rows.FieldPos(0)
		return nil, fmt.Errorf("%s: the row has %d values, the header %d", d.place(line), len(row), len(d.header))
	}
	if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, fmt.Errorf("%s:%d: %w", d.place(syntax.Line), max(syntax.Column, 1), syntax.Err)
	}
	return row, err
}

// place names a line, counted from where rows begins.
func (d *csvDecoder[T]) place(line int) string {
	first, err := lineAt(d.span, d.base)
	if err != nil {
		return fmt.Sprintf("%s: after byte %d", d.span.path, d.base)
	}
	return fmt.Sprintf("%s:%d", d.span.path, first+line-1)
}

// rowBuffer is how much of a file is read ahead.
const rowBuffer = 64 << 10

var errRowTooLong = errors.New("row too long")

// limitReader refuses to read behind a moving end, so that a row that never ends does not fill the memory.
type limitReader struct {
	in        io.Reader
	read, end int64
}

func (l *limitReader) Read(b []byte) (int, error) {
	if l.read >= l.end {
		return 0, errRowTooLong
	}
	n, err := l.in.Read(b)
	l.read += int64(n)
	return n, err
}
