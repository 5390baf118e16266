// Package sequence reads the numbers from 0 on, in splits, for sources that make their records.
package sequence

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/runtime"
)

const (
	// count is the number of splits, and so of the subtasks that can share a sequence.
	count = 32
	// stripe is how many numbers in a row belong to one split. Stripes go round the splits, so that the subtasks advance through the
	// sequence together.
	stripe = 256
	row    = count * stripe
)

// Endless is the length of a sequence without an end.
const Endless = -1

// Splits returns the splits of a sequence. Those of a checkpoint are kept.
func Splits(n int64, known []runtime.Split) ([]runtime.Split, error) {
	if n < Endless {
		return nil, fmt.Errorf("%d records: give their number, or -1 for no end", n)
	}
	if len(known) > 0 {
		for _, k := range known {
			if _, err := parse(k); err != nil {
				return nil, err
			}
		}
		return known, nil
	}
	splits := make([]runtime.Split, count)
	for i := range splits {
		splits[i] = runtime.Split{ID: fmt.Sprintf("stripe-%02d", i), Weight: 1}
	}
	return splits, nil
}

// Share is the part of a sequence that some of its splits are.
func Share(splits []runtime.Split) float64 { return float64(len(splits)) / count }

// Reader hands out the numbers of some splits, the lowest stripe first.
type Reader struct {
	end    int64
	splits []runtime.Split
	// next is the next number of each split.
	next []int64
	// begin is next before the last Take, of which runs are the numbers.
	begin []int64
	runs  []Run
}

// Run is a range of consecutive numbers.
type Run struct {
	First, Count int64
	split        int
}

// NewReader reads splits of a sequence of n numbers.
func NewReader(n int64, splits []runtime.Split) (*Reader, error) {
	if n == Endless {
		n = math.MaxInt64 - row
	}
	r := &Reader{end: n, splits: slices.Clone(splits), next: make([]int64, len(splits)), begin: make([]int64, len(splits))}
	for i, s := range splits {
		next, err := parse(s)
		if err != nil {
			return nil, err
		}
		if s.Done {
			next = n
		}
		r.next[i], r.begin[i] = next, next
	}
	return r, nil
}

// parse returns the next number of a split. Its position is that number as a varint; with no bytes nothing was read.
func parse(s runtime.Split) (int64, error) {
	index, ok := strings.CutPrefix(s.ID, "stripe-")
	i, err := strconv.Atoi(index)
	if !ok || err != nil || i < 0 || i >= count {
		return 0, fmt.Errorf("split %q: its form is not stripe- and a number below %d", s.ID, count)
	}
	if len(s.Position) == 0 {
		return int64(i) * stripe, nil
	}
	next, n := binary.Uvarint(s.Position)
	if n != len(s.Position) || next > math.MaxInt64 {
		return 0, fmt.Errorf("split %q: position %x is no number", s.ID, s.Position)
	}
	return int64(next), nil
}

// Take returns the next numbers, at most limit, as ranges that are valid until the next Take. At the end it returns [io.EOF].
func (r *Reader) Take(limit int) ([]Run, error) {
	copy(r.begin, r.next)
	r.runs = r.runs[:0]
	for left := int64(limit); left > 0; {
		lowest := -1
		for i, next := range r.next {
			if next < r.end && (lowest < 0 || next < r.next[lowest]) {
				lowest = i
			}
		}
		if lowest < 0 {
			break
		}
		first := r.next[lowest]
		n := min(left, stripe-first%stripe, r.end-first)
		r.runs = append(r.runs, Run{First: first, Count: n, split: lowest})
		r.next[lowest] = after(first, n)
		left -= n
	}
	if len(r.runs) == 0 && limit > 0 {
		return nil, io.EOF
	}
	return r.runs, nil
}

// Ended tells whether all numbers were taken.
func (r *Reader) Ended() bool {
	return !slices.ContainsFunc(r.next, func(next int64) bool { return next < r.end })
}

// after is the next number of a split behind n from first on, within a stripe.
func after(first, n int64) int64 {
	next := first + n
	if next%stripe == 0 {
		next += row - stripe
	}
	return next
}

// Snapshot returns the splits behind the first consumed numbers of the last Take.
func (r *Reader) Snapshot(consumed int) ([]runtime.Split, error) {
	next := slices.Clone(r.begin)
	left := int64(consumed)
	for _, run := range r.runs {
		n := min(left, run.Count)
		if n > 0 {
			next[run.split] = after(run.First, n)
		}
		left -= n
	}
	if left != 0 {
		return nil, fmt.Errorf("snapshot behind %d records, %d more than were read", consumed, left)
	}
	splits := slices.Clone(r.splits)
	for i := range splits {
		splits[i].Position = binary.AppendUvarint(nil, uint64(next[i]))
		splits[i].Done = r.splits[i].Done || next[i] >= r.end
	}
	return splits, nil
}
