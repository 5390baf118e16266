package runtime

import (
	"math"
	"time"
)

// Time is event time: milliseconds since 1970-01-01 UTC. A record that carries one costs as much as an int64. Times compare with <.
type Time int64

const (
	// MinTime is before every other time: the watermark of a task that has heard of none.
	MinTime Time = math.MinInt64
	// MaxTime is after every other time: the watermark at the end of input.
	MaxTime Time = math.MaxInt64
)

// TimeOf returns t in milliseconds, rounded down.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Add returns t+d, d rounded towards zero to milliseconds. It stops at MinTime and MaxTime.
func (t Time) Add(d time.Duration) Time {
	ms := Time(d.Milliseconds())
	switch sum := t + ms; {
	case ms > 0 && sum < t:
		return MaxTime
	case ms < 0 && sum > t:
		return MinTime
	default:
		return sum
	}
}

// Sub returns t-u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// Std returns t as a time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).UTC() }

// String formats t as RFC 3339 with milliseconds.
func (t Time) String() string {
	switch t {
	case MinTime:
		return "MinTime"
	case MaxTime:
		return "MaxTime"
	}
	return t.Std().Format("2006-01-02T15:04:05.000Z")
}
