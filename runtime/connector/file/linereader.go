package file

import (
	"errors"
	"fmt"
)

// lineReader walks over the lines of a span.
type lineReader struct {
	options *options
	span    span
	in      *stream
	buf     lineBuffer
	// offset is where the next line begins.
	offset int64
}

// open implements [decoder]. A span owns the lines that begin in it, so one in the middle of a file begins behind the first line end
// that is found from the byte before it on.
func (l *lineReader) open(s span, position int64) (int64, error) {
	l.span, l.offset = s, max(position, 0)
	search := position == notBegun && s.start > 0
	if search {
		l.offset = s.start - 1
	}
	in, err := openAt(s, l.offset)
	if err != nil {
		return 0, err
	}
	l.in = in
	l.buf.reset(in, l.options.maxLine)
	if search {
		skipped, err := l.buf.skipLine(s.end - l.offset)
		if err != nil {
			return 0, errors.Join(err, l.close())
		}
		l.offset += skipped
	}
	return l.offset, nil
}

func (l *lineReader) close() error { return l.in.Close() }

// failed gives an error of the buffer the place where it is.
func (l *lineReader) failed(err error) error {
	if err == errLineTooLong {
		return l.tooLong()
	}
	return err
}

func (l *lineReader) tooLong() error {
	return fmt.Errorf("%s: the line at byte %d is longer than %d bytes: allow more with MaxLine if that is right",
		place(l.span, l.offset), l.offset, l.options.maxLine)
}
