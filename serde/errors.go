package serde

import (
	"fmt"
	"io"
)

// ParseError says where a [Parser] stopped and why. It unwraps to
// [io.ErrUnexpectedEOF] where the input ended inside a value, and to the error
// given to [Parser.Fail] where that one stopped it.
type ParseError struct {
	Offset   int    // of the value that did not fit, from the start of the input
	Expected string // what the reader asked for; empty after Fail
	Found    string // what stands there instead; empty after Fail
	Err      error  // the cause, if there is one
}

// Error implements error.
func (e *ParseError) Error() string {
	if e.Expected == "" {
		return fmt.Sprintf("msgpack at offset %d: %v", e.Offset, e.Err)
	}
	return fmt.Sprintf("msgpack at offset %d: expected %s, found %s", e.Offset, e.Expected, e.Found)
}

// Unwrap returns the cause, nil where the message says it all.
func (e *ParseError) Unwrap() error { return e.Err }

// stop keeps the first error. It cuts the input off at the offset, so that the
// fast paths, which look at the remaining bytes only, find none from now on.
func (p *Parser) stop(e *ParseError) {
	if p.err != nil {
		return
	}
	p.err = e
	p.off = e.Offset
	p.b = p.b[:e.Offset]
}

// mismatch stops at the value that starts at offset at.
func (p *Parser) mismatch(at int, expected, found string) {
	p.stop(&ParseError{Offset: at, Expected: expected, Found: found})
}

// unexpected stops at the value that the parser stands before: it has another kind
// or is missing.
func (p *Parser) unexpected(expected string) {
	switch {
	case p.err != nil:
	case p.off < len(p.b):
		p.mismatch(p.off, expected, kindOf(p.b[p.off]))
	default:
		p.stop(&ParseError{Offset: p.off, Expected: expected, Found: "the end of the input", Err: io.ErrUnexpectedEOF})
	}
}

// truncated stops at the value that the parser stands before: its kind is right and
// the input ends before it does.
func (p *Parser) truncated(expected string) {
	if p.err != nil {
		return
	}
	found := fmt.Sprintf("%s that goes beyond the %d bytes that remain", kindOf(p.b[p.off]), p.Len())
	p.stop(&ParseError{Offset: p.off, Expected: expected, Found: found, Err: io.ErrUnexpectedEOF})
}

// Fail stops the parser with err, for what generated code finds wrong with a value
// just read. It does nothing if err is nil or the parser has stopped before.
func (p *Parser) Fail(err error) {
	if err != nil {
		p.stop(&ParseError{Offset: p.off, Err: err})
	}
}

// Failf is [Parser.Fail] with a message, in the manner of fmt.Errorf.
func (p *Parser) Failf(format string, args ...any) {
	if p.err == nil {
		p.Fail(fmt.Errorf(format, args...))
	}
}
