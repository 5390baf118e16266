package file

import (
	"context"
	"fmt"

	"github.com/streamgen/streamgen/runtime"
)

const (
	defaultMaxLine   = 16 << 20
	defaultSplitSize = 64 << 20
)

// LineSource reads files of one record a line. A line ends in \n or \r\n; the last one of a file may have no end.
type LineSource[T any] struct{ source[T] }

// Lines returns a source of the lines of files, without their ends. Bytes that are not UTF-8 pass through.
//
// A glob may hold *, ?, [class], {either,or} and ** for any number of folders. Without any of these it names one file. A glob that
// matches no file fails the start.
//
// Lines are cut from strings of at most 4 KiB, or from their own if they are longer: keeping a part of one keeps that much memory.
func Lines(globs ...string) *LineSource[string] {
	return newLineSource("file.lines", globs, func(o *options) decoder[string] { return &lineDecoder{lineReader: lineReader{options: o}} })
}

// JSON returns a source of files that hold one JSON value a line, decoded as [encoding/json] does. Blank lines are skipped; any other
// line that is no value of T, one that is cut off for example, fails the job and says where it is. See [Lines] for the globs.
func JSON[T any](globs ...string) *LineSource[T] {
	return newLineSource("file.json", globs, func(o *options) decoder[T] { return &jsonDecoder[T]{lineReader{options: o}} })
}

func newLineSource[T any](kind string, globs []string, newDecoder func(*options) decoder[T]) *LineSource[T] {
	s := &LineSource[T]{source[T]{kind: kind, globs: globs}}
	s.options = options{maxLine: defaultMaxLine, splitSize: defaultSplitSize}
	s.newDecoder = func() (decoder[T], error) { return newDecoder(&s.options), nil }
	return s
}

// MaxLine sets the length in bytes, without its end, above which a line fails the job. Default: 16 MiB.
func (s *LineSource[T]) MaxLine(n int) *LineSource[T] {
	s.maxLine = n
	return s
}

// SplitSize sets how many bytes of a file make a split. A bigger file has several, which several subtasks read at a time; a compressed
// one has a single split. Default: 64 MiB. It counts for files that the job has not seen yet.
func (s *LineSource[T]) SplitSize(n int64) *LineSource[T] {
	s.splitSize = n
	return s
}

// CSVSource reads files of comma-separated values.
type CSVSource[T any] struct{ source[T] }

// CSV returns a source of the rows of CSV files (RFC 4180, as [encoding/csv] reads it). The first row of each file names its columns.
// Each one goes to the field of the struct T whose tag csv:"name" is its name, or whose own name is, in upper or lower case; other
// columns are ignored, and a field without a column fails the job unless it is tagged csv:"-". Fields are strings, booleans, numbers,
// types that implement [encoding.TextUnmarshaler], or pointers to these, which are nil for an empty value.
//
// A file is a single split, since a quoted value may hold line ends. See [Lines] for the globs.
func CSV[T any](globs ...string) *CSVSource[T] {
	s := &CSVSource[T]{source[T]{kind: "file.csv", globs: globs}}
	s.options = options{maxLine: defaultMaxLine, splitSize: wholeFile, comma: ','}
	s.newDecoder = func() (decoder[T], error) {
		fields, err := csvFieldsOf[T]()
		return &csvDecoder[T]{options: &s.options, fields: fields}, err
	}
	return s
}

// MaxLine sets the length in bytes above which a row fails the job, that of a quote which is never closed for example. Default: 16 MiB.
func (s *CSVSource[T]) MaxLine(n int) *CSVSource[T] {
	s.maxLine = n
	return s
}

// Comma sets the character between two values. Default: a comma.
func (s *CSVSource[T]) Comma(r rune) *CSVSource[T] {
	s.comma = r
	return s
}

// options are what can be set of a source.
type options struct {
	maxLine   int
	splitSize int64
	comma     rune
}

func (o *options) validate() error {
	switch {
	case o.maxLine < 1:
		return fmt.Errorf("MaxLine(%d): a line has at least 1 byte", o.maxLine)
	case o.splitSize < 1:
		return fmt.Errorf("SplitSize(%d): a split has at least 1 byte", o.splitSize)
	}
	return nil
}

// source is what all formats share.
type source[T any] struct {
	options
	kind       string
	globs      []string
	newDecoder func() (decoder[T], error)
}

// Connector implements [runtime.Source].
func (s *source[T]) Connector() runtime.Connector { return runtime.Connector{Kind: s.kind, Version: 1} }

// Splits implements [runtime.Source]. Files that the checkpoint knows keep their splits; files that are new join.
func (s *source[T]) Splits(ctx context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.kind, err)
	}
	if _, err := s.newDecoder(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.kind, err)
	}
	splits, err := plan(ctx, s.globs, s.splitSize, known)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.kind, err)
	}
	return splits, nil
}

// Open implements [runtime.Source].
func (s *source[T]) Open(_ runtime.SourceContext, splits []runtime.Split) (runtime.Reader[T], error) {
	d, err := s.newDecoder()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.kind, err)
	}
	return newReader(d, splits), nil
}
