package rate_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/rate"
)

// clock is a job's time, which a test moves to where the reader wants to be woken.
type clock struct{ now, wake time.Duration }

func (c *clock) context() runtime.SourceContext {
	return runtime.SourceContext{
		Now:       func() time.Duration { return c.now },
		WakeAfter: func(d time.Duration) { c.wake = c.now + d },
		Wake:      func() {},
	}
}

func index(i int64) int64 { return i }

// run reads until a time and returns the records and the size of the biggest batch.
func (c *clock) run(t *testing.T, r runtime.Reader[int64], until time.Duration) (records []int64, biggest int) {
	t.Helper()
	batch := make([]int64, 256)
	for c.now < until {
		n, err := r.Read(batch)
		if err == io.EOF {
			return records, biggest
		}
		require.NoError(t, err)
		records = append(records, batch[:n]...)
		biggest = max(biggest, n)
		if n == 0 {
			require.Greater(t, c.wake, c.now)
			c.now = min(c.wake, until)
		}
	}
	return records, biggest
}

func open(t *testing.T, c *clock, s runtime.Source[int64], splits []runtime.Split) runtime.Reader[int64] {
	t.Helper()
	r, err := s.Open(c.context(), splits)
	require.NoError(t, err)
	return r
}

func TestRate(t *testing.T) {
	for _, perSecond := range []float64{0.5, 1, 10, 999, 10_000, 1_000_000} {
		c := &clock{now: 5 * time.Hour}
		s := rate.Source(perSecond, -1, index)
		splits, err := s.Splits(t.Context(), nil)
		require.NoError(t, err)
		records, biggest := c.run(t, open(t, c, s, splits), c.now+10*time.Second)
		require.InDelta(t, 10*perSecond, len(records), 1+perSecond/500, "%v a second", perSecond)
		if perSecond < 100_000 {
			require.LessOrEqual(t, float64(biggest), max(1, perSecond/500), "smooth at %v a second", perSecond)
		}
		for i, r := range records {
			if r != int64(i) {
				require.EqualValues(t, i, r)
			}
		}
	}
}

func TestSubtasksShareTheRate(t *testing.T) {
	s := rate.Source(1000, -1, index)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	total := 0
	for i := range 3 {
		var part []runtime.Split
		for j := i; j < len(splits); j += 3 {
			part = append(part, splits[j])
		}
		c := &clock{}
		records, _ := c.run(t, open(t, c, s, part), 10*time.Second)
		total += len(records)
	}
	require.InDelta(t, 10_000, total, 10)
}

func TestNoBurstAfterARestartOrAPause(t *testing.T) {
	c := &clock{}
	s := rate.Source(1000, -1, index)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	r := open(t, c, s, splits)
	before, _ := c.run(t, r, time.Second)
	state, err := r.Snapshot(1, 0)
	require.NoError(t, err)

	c.now += time.Hour
	batch := make([]int64, 256)
	n, err := r.Read(batch)
	require.NoError(t, err)
	require.LessOrEqual(t, n, 101, "after a pause")

	r = open(t, c, s, state)
	after, biggest := c.run(t, r, c.now+time.Second)
	require.LessOrEqual(t, biggest, 2)
	require.InDelta(t, 1000, len(after), 2)
	require.EqualValues(t, len(before), after[0], "goes on where the snapshot was")
}

func TestEnd(t *testing.T) {
	c := &clock{}
	s := rate.Source(100, 20, index)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	r := open(t, c, s, splits)
	records, _ := c.run(t, r, time.Hour)
	require.Len(t, records, 20)
	require.Less(t, c.now, time.Second)
	state, err := r.Snapshot(1, 0)
	require.NoError(t, err)
	for _, s := range state {
		require.True(t, s.Done)
	}
	_, err = open(t, c, s, nil).Read(make([]int64, 1))
	require.Equal(t, io.EOF, err, "a subtask without a split")
}

func TestRefused(t *testing.T) {
	for _, perSecond := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err := rate.Source(perSecond, 1, index).Splits(t.Context(), nil)
		require.ErrorContains(t, err, "records a second: give a number above 0")
	}
	_, err := rate.Source[int](1, 1, nil).Splits(t.Context(), nil)
	require.EqualError(t, err, "rate: the function is nil")
}
