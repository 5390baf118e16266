package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

var errDuration = errors.New("want a duration such as 10 s, 500 ms or 1m30s; a bare number is milliseconds")

// durationUnits are Flink's, longest first. None means something else in Go.
var durationUnits = []struct {
	words []string // the first is how it is written
	size  time.Duration
}{
	{[]string{"d", "day", "days"}, 24 * time.Hour},
	{[]string{"h", "hour", "hours"}, time.Hour},
	{[]string{"min", "m", "minute", "minutes"}, time.Minute},
	{[]string{"s", "sec", "secs", "second", "seconds"}, time.Second},
	{[]string{"ms", "milli", "millis", "millisecond", "milliseconds"}, time.Millisecond},
	{[]string{"us", "µs", "μs", "micro", "micros", "microsecond", "microseconds"}, time.Microsecond},
	{[]string{"ns", "nano", "nanos", "nanosecond", "nanoseconds"}, time.Nanosecond},
}

// parseDuration reads a duration as Flink writes it (a whole number and a unit; a bare number is milliseconds) or as Go does. What
// both can read means the same in both.
func parseDuration(value string) (time.Duration, error) {
	number, unit := splitUnit(value)
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		if unit == "" {
			return multiply(n, time.Millisecond)
		}
		for _, u := range durationUnits {
			for _, word := range u.words {
				if strings.EqualFold(unit, word) {
					return multiply(n, u.size)
				}
			}
		}
	}
	d, err := time.ParseDuration(strings.TrimSpace(value))
	switch {
	case err != nil:
		return 0, errDuration
	case d < 0:
		return 0, errors.New("a duration cannot be negative")
	}
	return d, nil
}

func multiply(n int64, unit time.Duration) (time.Duration, error) {
	if n > math.MaxInt64/int64(unit) {
		return 0, errors.New("too long: a duration ends at 292 years")
	}
	return time.Duration(n) * unit, nil
}

// formatDuration writes d in the longest unit of which it is a whole number.
func formatDuration(d time.Duration) string {
	for _, u := range durationUnits {
		if d != 0 && d%u.size == 0 {
			return strconv.FormatInt(int64(d/u.size), 10) + " " + u.words[0]
		}
	}
	return "0 ms"
}

// splitUnit cuts the leading digits off value.
func splitUnit(value string) (number, unit string) {
	value = strings.TrimSpace(value)
	unit = strings.TrimLeft(value, "0123456789")
	return value[:len(value)-len(unit)], strings.TrimSpace(unit)
}
