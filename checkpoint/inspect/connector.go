package inspect

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamgen/streamgen/checkpoint"
)

// NotBegun is the position of a split of which nothing was read.
const NotBegun = "not begun"

// isVarint reports whether a source's positions are numbers as varints: those of the connectors that come with streamgen are, offsets or numbers
// of records.
func isVarint(c checkpoint.Connector) bool {
	return c.Version == 1 && (strings.HasPrefix(c.Kind, "file.") || c.Kind == "channel" || c.Kind == "rate" || c.Kind == "function")
}

// isText reports whether the handles of a sink are text: those of the connectors that come with streamgen are.
func isText(c checkpoint.Connector) bool {
	return c.Version == 1 && (strings.HasPrefix(c.Kind, "file.") || c.Kind == "collect")
}

// position writes where in a split a source is.
func position(c checkpoint.Connector, b []byte) string {
	if len(b) == 0 {
		return NotBegun
	}
	if n, size := binary.Uvarint(b); isVarint(c) && size == len(b) {
		return fmt.Sprint(n)
	}
	return opaque(b)
}

// handle writes which transaction a sink has prepared.
func handle(c checkpoint.Connector, b []byte) string {
	if isText(c) && isPlain(string(b)) {
		return string(b)
	}
	return opaque(b)
}

func isPlain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// opaque writes bytes whose form only their connector knows: how many, and how they begin.
func opaque(b []byte) string {
	const shown = 16
	if len(b) <= shown {
		return fmt.Sprintf("%d bytes, %x", len(b), b)
	}
	return fmt.Sprintf("%d bytes, %x…", len(b), b[:shown])
}
