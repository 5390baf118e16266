package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// place names the line that begins at an offset, for errors.
func place(s span, offset int64) string {
	line, err := lineAt(s, offset)
	if err != nil {
		return fmt.Sprintf("%s: at byte %d", s.path, offset)
	}
	return fmt.Sprintf("%s:%d", s.path, line)
}

// lineAt numbers the line that begins at an offset, from 1. It reads the file up to there: only an error needs it, and a split that
// begins in the middle of a file does not know.
func lineAt(s span, offset int64) (line int, err error) {
	in, err := openAt(s, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	line = 1
	buf := make([]byte, 64<<10)
	for offset > 0 {
		n, err := in.Read(buf[:min(offset, int64(len(buf)))])
		line += bytes.Count(buf[:n], []byte{'\n'})
		offset -= int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	return line, nil
}
