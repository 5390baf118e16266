package file

import (
	"bytes"
	"errors"
	"io"
)

const readSize = 256 << 10

// errLineTooLong is a line of more than maxLine bytes.
var errLineTooLong = errors.New("line too long")

// lineBuffer finds the lines of a stream.
type lineBuffer struct {
	in      io.Reader
	maxLine int
	// buf[lo:hi] was read and not consumed.
	buf    []byte
	lo, hi int
	eof    bool
}

// reset begins another stream.
func (b *lineBuffer) reset(in io.Reader, maxLine int) {
	if b.buf == nil {
		b.buf = make([]byte, readSize)
	}
	b.in, b.maxLine = in, maxLine
	b.lo, b.hi, b.eof = 0, 0, false
}

// line returns the next line with its end, which the last one may lack, without consuming it, and io.EOF if there is none. What it
// returns is valid until the next call.
func (b *lineBuffer) line() ([]byte, error) {
	searched := 0
	for {
		if i := bytes.IndexByte(b.buf[b.lo+searched:b.hi], '\n'); i >= 0 {
			return b.buf[b.lo : b.lo+searched+i+1], nil
		}
		searched = b.hi - b.lo
		switch {
		case searched > b.maxLine+len("\r"):
			return nil, errLineTooLong // before the buffer grows to hold it
		case !b.eof:
			if err := b.fill(); err != nil {
				return nil, err
			}
		case searched == 0:
			return nil, io.EOF
		default:
			return b.buf[b.lo:b.hi], nil
		}
	}
}

// lines returns the next lines, as many as are buffered and fit into limit bytes, but at least one. See line.
func (b *lineBuffer) lines(limit int) ([]byte, error) {
	first, err := b.line()
	if err != nil {
		return nil, err
	}
	window := b.buf[b.lo:min(b.hi, b.lo+limit)]
	return b.buf[b.lo : b.lo+max(len(first), bytes.LastIndexByte(window, '\n')+1)], nil
}

// consume takes n bytes.
func (b *lineBuffer) consume(n int) { b.lo += n }

// skipLine consumes the rest of a line, or limit bytes of it if it is longer, and returns how much that was.
func (b *lineBuffer) skipLine(limit int64) (int64, error) {
	skipped := int64(0)
	for skipped < limit {
		if b.lo == b.hi {
			if b.eof {
				break
			}
			if err := b.fill(); err != nil {
				return skipped, err
			}
			continue
		}
		i := bytes.IndexByte(b.buf[b.lo:b.hi], '\n')
		if i >= 0 {
			b.lo += i + 1
			return skipped + int64(i) + 1, nil
		}
		skipped += int64(b.hi - b.lo)
		b.lo = b.hi
	}
	return skipped, nil
}

// fill reads once, into a buffer that is made bigger if it is full of one line.
func (b *lineBuffer) fill() error {
	switch {
	case b.lo > 0:
		b.hi = copy(b.buf, b.buf[b.lo:b.hi])
		b.lo = 0
	case b.hi == len(b.buf):
		grown := make([]byte, min(2*len(b.buf), max(len(b.buf), b.maxLine)+len("\r\n")))
		copy(grown, b.buf)
		b.buf = grown
	}
	n, err := b.in.Read(b.buf[b.hi:])
	b.hi += n
	if err == io.EOF {
		b.eof, err = true, nil
	}
	return err
}
