package state_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/state"
	"github.com/streamgen/streamgen/serde"
)

// number is the codec of lists of numbers.
type number struct{}

func (number) Schema() string                 { return "int" }
func (number) Append(b []byte, n *int) []byte { return serde.AppendInt(b, int64(*n)) }
func (number) Parse(p *serde.Parser, n *int)  { *n = p.NativeInt() }
func values[T any](elements iter.Seq2[int, T]) []T {
	var all []T
	for _, v := range elements {
		all = append(all, v)
	}
	return all
}

func isEven(n int) bool { return n%2 == 0 }

func TestSplitList(t *testing.T) {
	var l state.SplitList[int]
	require.Zero(t, l.Len())
	l.Append(1, 2)
	l.Append(3)
	require.Equal(t, 3, l.Len())
	require.Equal(t, 2, l.At(1))
	l.Set(0, 8)
	require.Equal(t, []int{8, 2, 3}, values(l.All()))
	l.DeleteFunc(isEven)
	require.Equal(t, []int{3}, values(l.All()))
	l.Append(4, 5, 6)
	l.Delete(0, 2)
	require.Equal(t, []int{5, 6}, values(l.All()))
	require.Panics(t, func() { l.Delete(1, 3) })
	l.Clear()
	require.Empty(t, values(l.All()))
	l.Append(5)
	require.Equal(t, []int{5}, values(l.All()))
	require.Panics(t, func() { l.At(1) })
}

func TestAListMayChangeWhileItIsRangedOver(t *testing.T) {
	var l state.SplitList[int]
	l.Append(1, 2, 3)
	var seen []int
	for i, n := range l.All() {
		seen = append(seen, n)
		if i == 0 {
			l.Append(4)
		}
		if n == 4 {
			l.Clear()
		}
	}
	require.Equal(t, []int{1, 2, 3, 4}, seen)
}

// union is a list of a subtask that keeps 1 and 3, while others keep 2 and 4.
func union() *state.UnionList[int] {
	l := &state.UnionList[int]{}
	saved := state.UnionOf(l, number{})
	for n := 1; n <= 4; n++ {
		p := serde.NewParser(serde.AppendInt(nil, int64(n)))
		saved.ParseElement(&p, n%2 == 1)
	}
	return l
}

// kept is what a checkpoint holds of the list.
func kept(l *state.UnionList[int]) []int {
	saved := state.UnionOf(l, number{})
	var b []byte
	for i := range saved.Len() {
		b = saved.AppendElement(b, i)
	}
	var all []int
	for p := serde.NewParser(b); p.Len() > 0; {
		all = append(all, p.NativeInt())
	}
	return all
}

func TestUnionList(t *testing.T) {
	tests := []struct {
		name     string
		change   func(l *state.UnionList[int])
		all, own []int
	}{
		{"as it was restored", func(*state.UnionList[int]) {}, []int{1, 2, 3, 4}, []int{1, 3}},
		{"append", func(l *state.UnionList[int]) { l.Append(5, 6) }, []int{1, 2, 3, 4, 5, 6}, []int{1, 3, 5, 6}},
		{"claim", func(l *state.UnionList[int]) { l.Claim(isEven) }, []int{2, 4}, []int{2, 4}},
		{"delete", func(l *state.UnionList[int]) { l.DeleteFunc(func(n int) bool { return n < 3 }) }, []int{2, 3, 4}, []int{3}},
		{"clear", func(l *state.UnionList[int]) { l.Clear(); l.Append(7) }, []int{7}, []int{7}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := union()
			test.change(l)
			require.Equal(t, test.all, values(l.All()))
			require.Equal(t, test.own, values(l.Own()))
			require.Equal(t, test.own, kept(l))
			require.Equal(t, len(test.all), l.Len())
			require.Equal(t, test.all[0], l.At(0))
		})
	}
}
