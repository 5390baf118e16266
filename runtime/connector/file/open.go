package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/gzip"
)

// stream is a file that is read from an offset on, decompressed if it needs to be.
type stream struct {
	span span
	file *os.File
	data io.Reader
	// offset is how far the file was read; size is what it held when it was opened.
	offset, size int64
	// shrunk is what Read returned when it met the end too early.
	shrunk error
}

// openAt opens the file of a span at an offset of its decompressed bytes. A file that holds less than the span is an error, here and
// when Read finds out: the records that are missing would be taken for the end.
func openAt(s span, offset int64) (*stream, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	in := &stream{span: s, file: f, data: f}
	if err := in.begin(offset); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return in, nil
}

func (in *stream) begin(offset int64) error {
	info, err := in.file.Stat()
	if err != nil {
		return err
	}
	in.size = info.Size()
	if in.size < in.span.end {
		return in.tooSmall(in.size)
	}
	return in.seek(offset)
}

func (in *stream) seek(offset int64) error {
	if !in.span.compressed() {
		in.offset = offset
		_, err := in.file.Seek(offset, io.SeekStart)
		return err
	}
	unzipped, err := gzip.NewReader(in.file)
	switch {
	case errors.Is(err, io.EOF) && in.span.end > 0:
		return in.tooSmall(0)
	case errors.Is(err, io.EOF): // it was empty when it was planned: there is nothing in it
	case err != nil:
		return in.failed(err)
	default:
		in.data = unzipped
	}
	n, err := io.CopyN(io.Discard, in.data, offset)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s has shrunk: %d bytes are in it when it is decompressed, but %d were read before: %s",
			in.span.path, n, offset, putBack)
	case err != nil:
		return in.failed(err)
	}
	return nil
}

// Read implements [io.Reader]. Its errors name the file.
func (in *stream) Read(b []byte) (int, error) {
	n, err := in.data.Read(b)
	in.offset += int64(n)
	switch {
	case err == io.EOF:
		if in.shrunk = in.checkEnd(); in.shrunk != nil {
			err = in.shrunk
		}
	case err != nil:
		err = in.failed(err)
	}
	return n, err
}

// checkEnd tells an end that came too early from that of the file. A line may end behind the span: it is cut off if the file ends
// before what it was when it was opened. A compressed file that consists of several may be cut between two of them.
func (in *stream) checkEnd() error {
	there, expected := in.offset, max(in.span.end, in.size)
	if !in.span.compressed() && there >= expected {
		return nil
	}
	info, err := in.file.Stat()
	if err != nil {
		return err
	}
	if in.span.compressed() {
		there = info.Size()
	}
	if there >= expected {
		return nil
	}
	return in.tooSmall(min(there, info.Size()))
}

const putBack = "what is missing cannot be read. Put the file back as it was, or start the job anew; " +
	"a log that is read is rotated by renaming it, not by truncating it"

// tooSmall says that fewer bytes are there than the span needs.
func (in *stream) tooSmall(there int64) error {
	if there >= in.span.end {
		return fmt.Errorf("%s has shrunk: %d bytes are there, %d were when it was opened: %s", in.span.path, there, in.size, putBack)
	}
	return fmt.Errorf("%s has shrunk: %d bytes are there, the split ends at %d: %s", in.span.path, there, in.span.end, putBack)
}

// failed names the file in an error that does not.
func (in *stream) failed(err error) error {
	if _, named := errors.AsType[*fs.PathError](err); named {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the compressed file is cut off: %w", in.span.path, err)
	}
	return fmt.Errorf("%s: cannot be decompressed: %w", in.span.path, err)
}

// Close closes the file.
func (in *stream) Close() error { return in.file.Close() }
