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
	path string
	file *os.File
	data io.Reader
}

// openAt opens the file of a span at an offset of its decompressed bytes. An offset behind the end is the end.
func openAt(s span, offset int64) (*stream, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	in := &stream{path: s.path, file: f, data: f}
	if err := in.seek(s.compressed(), offset); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return in, nil
}

func (in *stream) seek(compressed bool, offset int64) error {
	if !compressed {
		_, err := in.file.Seek(offset, io.SeekStart)
		return err
	}
	unzipped, err := gzip.NewReader(in.file)
	switch {
	case errors.Is(err, io.EOF): // an empty file: there is nothing in it
		in.data = in.file
		return nil
	case err != nil:
		return in.failed(err)
	}
	in.data = unzipped
	if _, err := io.CopyN(io.Discard, in.data, offset); err != nil && !errors.Is(err, io.EOF) {
		return in.failed(err)
	}
	return nil
}

// Read implements [io.Reader]. Its errors name the file.
func (in *stream) Read(b []byte) (int, error) {
	n, err := in.data.Read(b)
	if err != nil && err != io.EOF {
		err = in.failed(err)
	}
	return n, err
}

// failed names the file in an error that does not.
func (in *stream) failed(err error) error {
	if _, named := errors.AsType[*fs.PathError](err); named {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the compressed file is cut off: %w", in.path, err)
	}
	return fmt.Errorf("%s: cannot be decompressed: %w", in.path, err)
}

// Close closes the file.
func (in *stream) Close() error { return in.file.Close() }
