package function_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

func open[T any](t testing.TB, s runtime.Source[T], splits []runtime.Split) runtime.Reader[T] {
	t.Helper()
	splits, err := s.Splits(t.Context(), splits)
	require.NoError(t, err)
	r, err := s.Open(runtime.SourceContext{}, splits)
	require.NoError(t, err)
	return r
}

func TestOf(t *testing.T) {
	r := open(t, function.Of("a", "b", "c"), nil)
	records := make([]string, 2)
	n, err := r.Read(records)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, records[:n])
	state, err := r.Snapshot(1, 1)
	require.NoError(t, err)
	n, err = r.Read(records)
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, records[:n])
	_, err = r.Read(records)
	require.Equal(t, io.EOF, err)
	require.NoError(t, r.Close())

	r = open(t, function.Of("a", "b", "c"), state)
	n, err = r.Read(records)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "c"}, records[:n])
}

func TestNilAndNegative(t *testing.T) {
	_, err := function.Source[int](1, nil).Splits(t.Context(), nil)
	require.EqualError(t, err, "function: the function of the source is nil")
	_, err = function.Source(-2, func(i int64) int64 { return i }).Splits(t.Context(), nil)
	require.EqualError(t, err, "function: -2 records: give their number, or -1 for no end")
	_, err = function.Sink[int](nil).Open(runtime.SinkContext{})
	require.EqualError(t, err, "function: the function of the sink is nil")
}

func TestSink(t *testing.T) {
	var got []int
	failure := errors.New("no more")
	w, err := function.Sink(func(records []int) error {
		if len(got) > 2 {
			return failure
		}
		got = append(got, records...)
		return nil
	}).Open(runtime.SinkContext{})
	require.NoError(t, err)
	require.NoError(t, w.Write([]int{1, 2}))
	require.NoError(t, w.Write([]int{3}))
	require.Equal(t, failure, w.Write([]int{4}))
	tx, err := w.Prepare(1)
	require.NoError(t, err)
	require.Zero(t, tx.Handle)
	require.Equal(t, []int{1, 2, 3}, got)
	require.NoError(t, w.Close())
}

func BenchmarkSource(b *testing.B) {
	r := open(b, function.Source(-1, func(i int64) int64 { return i }), nil)
	records := make([]int64, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Read(records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/record")
}
