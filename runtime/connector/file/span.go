package file

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/runtime"
)

// wholeFile is a split size that no file reaches.
const wholeFile = math.MaxInt64

// span is a part of a file: the records that begin from start to before end. Its form in a split's ID is path#start-end. The only span
// of a compressed file ends at the compressed size, but is read to the end of what is in it.
type span struct {
	path       string
	start, end int64
}

func (s span) String() string { return fmt.Sprintf("%s#%d-%d", s.path, s.start, s.end) }

func (s span) split() runtime.Split {
	return runtime.Split{ID: s.String(), Weight: s.end - s.start}
}

func (s span) compressed() bool { return strings.HasSuffix(s.path, ".gz") }

// limit is the offset that no record of the span begins at or behind.
func (s span) limit() int64 {
	if s.compressed() {
		return math.MaxInt64
	}
	return s.end
}

func parseSpan(id string) (span, error) {
	if i := strings.LastIndexByte(id, '#'); i >= 0 {
		from, to, _ := strings.Cut(id[i+1:], "-")
		start, errStart := strconv.ParseInt(from, 10, 64)
		end, errEnd := strconv.ParseInt(to, 10, 64)
		if errStart == nil && errEnd == nil && 0 <= start && start <= end {
			return span{path: id[:i], start: start, end: end}, nil
		}
	}
	return span{}, fmt.Errorf("split %q: its form is not path#start-end", id)
}

// notBegun is the position of a split of which nothing was read. In a checkpoint it has no bytes.
const notBegun = -1

// A position is the offset in the (decompressed) file of the next record, as a varint.
func appendPosition(offset int64) []byte { return binary.AppendUvarint(nil, uint64(offset)) }

func parsePosition(s runtime.Split) (int64, error) {
	if len(s.Position) == 0 {
		return notBegun, nil
	}
	offset, n := binary.Uvarint(s.Position)
	if n != len(s.Position) || offset > math.MaxInt64 {
		return 0, fmt.Errorf("split %q: position %x is no offset", s.ID, s.Position)
	}
	return int64(offset), nil
}
