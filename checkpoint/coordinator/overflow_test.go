package coordinator

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

// The longest duration that an option can have, as who wants none writes it: 9223372036854 ms.
const longest = time.Duration(math.MaxInt64 / int64(ms) * int64(ms))

// Nothing is due, nor has it expired, since a sum of the longest durations is beyond the end of the clock.
func TestTheLongestDurations(t *testing.T) {
	b := start(func(o *Options) { o.Timeout = longest })
	b.tick(40 * ms)
	require.Equal(t, "", b.tick(41*ms), "checkpoint 1 has not expired")
	at, wakes := b.Wake()
	require.True(t, wakes)
	require.Greater(t, at, b.now)

	b = start(func(o *Options) { o.Interval, o.FirstDelay = longest, longest-ms })
	require.Equal(t, "", b.tick(40*ms))
	b = &bench{Coordinator: New(Options{Interval: longest, Timeout: time.Second, MaxConcurrent: 1, NextID: 1, Subtasks: []string{"A (1/1)"}, FirstDelay: longest - ms}, time.Second)}
	require.Equal(t, "", b.tick(time.Second))

	b = start(func(o *Options) { o.Interval = longest })
	require.Equal(t, "trigger 1", b.tick(40*ms), "the first one, as where sources wait for it")
	b.store(1, nil)
	require.Equal(t, "", b.tick(time.Hour))

	b = start(func(o *Options) { o.BacklogInterval = longest })
	b.Backlog(0, true, 10*ms)
	require.Equal(t, "trigger 1", b.tick(40*ms), "it was due before")
	b.store(1, nil)
	require.Equal(t, "", b.tick(time.Hour))
	b.Backlog(0, false, time.Hour)
	require.Equal(t, "trigger 2", b.tick(time.Hour+100*ms), "the interval is the other one again")

	b = start(func(o *Options) { o.MinPause = longest })
	b.request(checkpoint.Savepoint)
	b.tick(10 * ms)
	b.store(1, nil)
	require.Equal(t, "", b.tick(time.Hour))
}
