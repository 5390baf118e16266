package timer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
	"github.com/streamgen/streamgen/serde"
)

// The zero timer is unset, and every time can be set, the first one but for a millisecond.
func TestTimersHoldEveryTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := runtime.Time(rapid.Int64().Draw(t, "at"))
		var e timer.Event
		require.False(t, e.IsSet())
		e.Set(at)
		require.True(t, e.IsSet())
		require.Equal(t, max(at, math.MinInt64+1), e.At())

		p := serde.NewParser(e.Append(nil))
		var read timer.Event
		read.Parse(&p)
		require.NoError(t, p.Done())
		require.Equal(t, e, read)

		e.Clear()
		require.Equal(t, timer.Event{}, e)
		require.Equal(t, []byte{0xc0}, e.Append(nil), "nil in msgpack")
	})
}

func TestSetIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s timer.EventSet
		model := map[runtime.Time]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "calls") {
			at := runtime.Time(rapid.Int64Range(-5, 20).Draw(t, "at"))
			if rapid.Bool().Draw(t, "add") {
				s.Add(at)
				model[at] = true
			} else {
				require.Equal(t, model[at], s.Remove(at))
				delete(model, at)
			}
			require.Equal(t, model[at], s.Has(at))
			require.Len(t, s.Times(), len(model))
			require.IsIncreasing(t, append([]runtime.Time{-100}, append(s.Times(), 100)...))
		}
		p := serde.NewParser(s.Append(nil))
		var read timer.EventSet
		read.Parse(&p)
		require.NoError(t, p.Done())
		require.ElementsMatch(t, s.Times(), read.Times())
		require.Equal(t, s.Stamp(), read.Stamp())
	})
}

func TestADamagedSetIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{"not in order": {0x92, 5, 4}, "twice": {0x92, 5, 5}, "cut off": {0x92, 5}, "huge": {0xdd, 0xff, 0xff, 0xff, 0xff}} {
		t.Run(name, func(t *testing.T) {
			p := serde.NewParser(b)
			var s timer.EventSet
			s.Parse(&p)
			require.Error(t, p.Done())
		})
	}
}
