package file

import (
	"fmt"
	"strconv"
	"strings"
)

// A name is prefix, operator, number, subtask, attempt and extension:
//
//	Totals-0000000007-0001-5f3a90c2.jsonl   committed at checkpoint 7
//	.Totals-0000000003-0001-5f3a90c2.part   the third file of the subtask in that attempt, pending
//
// The operator may hold dashes: a name is read from its end.
const (
	pendingPrefix    = "."
	pendingExtension = "part"
)

func fileName(prefix, operator string, number int64, subtask int, attempt, extension string) string {
	return fmt.Sprintf("%s%s-%010d-%04d-%s.%s", prefix, escape(operator), number, subtask, attempt, extension)
}

// isNameOf tells whether a name is one of an operator's files, pending or committed.
func isNameOf(name, operator, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix+escape(operator)+"-")
	if !ok || (prefix == pendingPrefix) != strings.HasSuffix(name, "."+pendingExtension) {
		return false
	}
	return isSuffix(rest)
}

// numberOf returns the checkpoint of a committed file of an operator, as isNameOf knows it. One that no number holds is the highest.
func numberOf(name, operator string) int64 {
	digits, _, _ := strings.Cut(strings.TrimPrefix(name, escape(operator)+"-"), "-")
	number, _ := strconv.ParseInt(digits, 10, 64)
	return number
}

// isSuffix tells whether text is number, subtask, attempt and extension.
func isSuffix(text string) bool {
	stem, extension, ok := strings.Cut(text, ".")
	parts := strings.Split(stem, "-")
	return ok && extension != "" && !strings.ContainsAny(extension, "./\\") &&
		len(parts) == 3 && len(parts[0]) >= 10 && isDigits(parts[0]) && len(parts[1]) >= 4 && isDigits(parts[1]) && isAttempt(parts[2])
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func isAttempt(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789abcdef") == "" }

// escape makes any operator's uid a part of a file name: other bytes than ASCII letters, digits, dash, underscore and dots that are not
// the first become % and two hexadecimal digits.
func escape(operator string) string {
	var b strings.Builder
	for i := range len(operator) {
		c := operator[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// handle says which file a transaction wrote. Its form in a checkpoint is text, four fields with a space between them: the version,
// which is 1, the size in bytes, the pending and the committed name.
type handle struct {
	size               int64
	pending, committed string
}

const handleVersion = "1"

func (h handle) bytes() []byte {
	return fmt.Appendf(nil, "%s %d %s %s", handleVersion, h.size, h.pending, h.committed)
}

// parseHandle accepts only names that a sink gives: a handle of elsewhere cannot make it touch another file.
func parseHandle(b []byte) (handle, error) {
	fields := strings.Split(string(b), " ")
	if len(fields) != 4 || fields[0] != handleVersion {
		return handle{}, fmt.Errorf("handle %q: its form is not %q, size, pending and committed name", b, handleVersion)
	}
	size, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || size < 0 || !isName(fields[2], pendingPrefix) || !isName(fields[3], "") {
		return handle{}, fmt.Errorf("handle %q: a field is not what it should be", b)
	}
	return handle{size: size, pending: fields[2], committed: fields[3]}, nil
}

// isName tells whether a name is that of some operator's file.
func isName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || strings.HasPrefix(rest, ".") || strings.ContainsAny(rest, `/\`) || (prefix == pendingPrefix) != strings.HasSuffix(name, "."+pendingExtension) {
		return false
	}
	end := len(rest)
	for range 3 {
		if end = strings.LastIndexByte(rest[:end], '-'); end < 1 {
			return false
		}
	}
	return isSuffix(rest[end+1:])
}
