package channel

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

// job reads a source as a job does: when there is nothing to read it waits to be woken.
type job struct {
	t      *testing.T
	reader runtime.Reader[int]
	wake   chan struct{}
}

func start(t *testing.T, s runtime.Source[int], known []runtime.Split) *job {
	t.Helper()
	splits, err := s.Splits(t.Context(), known)
	require.NoError(t, err)
	j := &job{t: t, wake: make(chan struct{}, 1)}
	j.reader, err = s.Open(runtime.SourceContext{Wake: func() {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}}, splits)
	require.NoError(t, err)
	return j
}

// read returns exactly n records.
func (j *job) read(n int) []int {
	j.t.Helper()
	var all []int
	for len(all) < n {
		records := make([]int, n-len(all))
		count, err := j.reader.Read(records)
		require.NoError(j.t, err)
		if count == 0 {
			<-j.wake
		}
		all = append(all, records[:count]...)
	}
	return all
}

func (j *job) end() {
	j.t.Helper()
	for {
		n, err := j.reader.Read(make([]int, 1))
		if err == io.EOF {
			return
		}
		require.NoError(j.t, err)
		require.Zero(j.t, n)
		<-j.wake
	}
}

func numbers(from, to int) []int {
	var list []int
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

func TestSourceReplaysWithinTheProcess(t *testing.T) {
	ch := make(chan int)
	go func() {
		for i := range 5000 {
			ch <- i
		}
		close(ch)
	}()
	s := Source(ch)
	j := start(t, s, nil)
	require.Equal(t, numbers(0, 1000), j.read(1000))
	first, err := j.reader.Snapshot(1, 1) // behind the first record of the last read, whatever that was
	require.NoError(t, err)
	position, err := parsePosition(first[0])
	require.NoError(t, err)
	j.read(500)
	j.reader.(runtime.CompletionListener).CheckpointComplete(1)
	require.NoError(t, j.reader.Close())

	j = start(t, s, first)
	require.Equal(t, numbers(int(position), 4000), j.read(4000-int(position)))
	second, err := j.reader.Snapshot(2, 0)
	require.NoError(t, err)
	require.NoError(t, j.reader.Close())
	position, err = parsePosition(second[0])
	require.NoError(t, err)

	j = start(t, s, second)
	require.Equal(t, numbers(int(position), 5000), j.read(5000-int(position)))
	j.end()
	last, err := j.reader.Snapshot(3, 0)
	require.NoError(t, err)
	require.True(t, last[0].Done)
	j.reader.(runtime.CompletionListener).CheckpointComplete(3)
	require.NoError(t, j.reader.Close()) // who else has the log ends with it
	require.Empty(t, s.log.records)

	j = start(t, s, last)
	j.end()
	require.NoError(t, j.reader.Close())

	_, err = s.Open(runtime.SourceContext{}, first)
	require.ErrorContains(t, err, "but only those from 5000 to 5000 are in memory")
}

func TestSourceTakesNoMoreThanItsBuffer(t *testing.T) {
	ch := make(chan int)
	j := start(t, Source(ch), nil)
	for i := range ahead {
		ch <- i
	}
	select {
	case ch <- ahead:
		require.Fail(t, "taken without room")
	default:
	}
	j.read(1)
	ch <- ahead
	require.NoError(t, j.reader.Close())
}

func TestSourceWithoutReplay(t *testing.T) {
	ch := make(chan int, 100)
	for i := range 100 {
		ch <- i
	}
	s := Source(ch).WithoutReplay()
	j := start(t, s, nil)
	require.Equal(t, numbers(0, 10), j.read(10))
	require.NoError(t, j.reader.Close())
	j = start(t, s, nil)
	require.Equal(t, numbers(10, 100), j.read(90))
	require.NoError(t, j.reader.Close()) // who else has the log ends with it
	require.Empty(t, s.log.records)
}

func TestSourceOfAnotherProcess(t *testing.T) {
	ch := make(chan int, 1)
	ch <- 7
	j := start(t, Source(ch), []runtime.Split{{ID: splitID, Position: []byte{100}}})
	require.Equal(t, []int{7}, j.read(1))
	state, err := j.reader.Snapshot(1, 1)
	require.NoError(t, err)
	require.Equal(t, []byte{101}, state[0].Position)
	require.NoError(t, j.reader.Close())
}

func TestSourceRefuses(t *testing.T) {
	_, err := Source[int](nil).Splits(t.Context(), nil)
	require.EqualError(t, err, "channel: the channel is nil")
	s := Source(make(chan int))
	_, err = s.Splits(t.Context(), []runtime.Split{{ID: "x"}})
	require.ErrorContains(t, err, "not the one of a channel")
	_, err = s.Open(runtime.SourceContext{}, []runtime.Split{{ID: splitID, Position: []byte{0x80}}})
	require.ErrorContains(t, err, "is no number")
	r, err := s.Open(runtime.SourceContext{}, nil)
	require.NoError(t, err)
	_, err = r.Read(make([]int, 1))
	require.Equal(t, io.EOF, err)
	require.NoError(t, r.Close())
}

func TestSink(t *testing.T) {
	ch := make(chan int, 2)
	done := make(chan struct{})
	w, err := Sink(ch).Open(runtime.SinkContext{Done: done})
	require.NoError(t, err)
	require.NoError(t, w.Write([]int{1, 2}))
	tx, err := w.Prepare(1)
	require.NoError(t, err)
	require.Zero(t, tx.Handle)
	close(done)
	require.Equal(t, ErrEnded, w.Write([]int{3}))
	require.Equal(t, 1, <-ch)
	require.Equal(t, 2, <-ch)
	require.NoError(t, w.Close())
	_, err = Sink[int](nil).Open(runtime.SinkContext{})
	require.EqualError(t, err, "channel: the channel of the sink is nil")
}

func BenchmarkSource(b *testing.B) {
	ch := make(chan int, 1024)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case ch <- 1:
			case <-stop:
				return
			}
		}
	}()
	s := Source(ch).WithoutReplay()
	wake := make(chan struct{}, 1)
	r, err := s.Open(runtime.SourceContext{Wake: func() { wake <- struct{}{} }}, []runtime.Split{{ID: splitID}})
	require.NoError(b, err)
	records := make([]int, 256)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		count, _ := r.Read(records)
		if count == 0 {
			<-wake
		}
		n += count
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
	require.NoError(b, r.Close())
	close(stop)
}
