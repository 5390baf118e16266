package file

import (
	"io"
	"strings"
)

// chunkSize bounds how much memory a line keeps that is shorter.
const chunkSize = 4 << 10

// lineDecoder reads lines as strings.
type lineDecoder struct {
	lineReader
	// rest is what is left of the last chunk: whole lines, of which the first begins at offset.
	rest string
}

func (d *lineDecoder) open(s span, position int64) (int64, error) {
	d.rest = ""
	return d.lineReader.open(s, position)
}

// read implements [decoder]. One string is allocated for all the lines of a chunk.
func (d *lineDecoder) read(records []string, ends []int64) (int, error) {
	limit := d.span.limit()
	n := 0
	for n < len(records) {
		if d.offset >= limit {
			return n, io.EOF
		}
		if d.rest == "" {
			if err := d.nextChunk(); err != nil {
				return n, err
			}
		}
		i := strings.IndexByte(d.rest, '\n')
		line, next := d.rest, len(d.rest)
		if i >= 0 {
			line, next = line[:i], i+1
			if i > 0 && line[i-1] == '\r' {
				line = line[:i-1]
			}
		}
		if len(line) > d.options.maxLine {
			return n, d.tooLong()
		}
		d.rest = d.rest[next:]
		d.offset += int64(next)
		records[n], ends[n] = line, d.offset
		n++
	}
	return n, nil
}

func (d *lineDecoder) nextChunk() error {
	lines, err := d.buf.lines(chunkSize)
	if err != nil {
		return d.failed(err)
	}
	d.rest = string(lines)
	d.buf.consume(len(lines))
	return nil
}
