package progress

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// formatCount writes n with a space between groups of three digits.
func formatCount(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, digit := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(' ')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// formatRate writes a rate in three digits or so.
func formatRate(perSecond float64) string {
	switch {
	case perSecond >= 999.5e6:
		return strconv.FormatFloat(perSecond/1e9, 'f', 1, 64) + "G/s"
	case perSecond >= 999.5e3:
		return strconv.FormatFloat(perSecond/1e6, 'f', 1, 64) + "M/s"
	case perSecond >= 999.5:
		return strconv.FormatFloat(perSecond/1e3, 'f', 1, 64) + "k/s"
	}
	return strconv.FormatFloat(math.Round(perSecond), 'f', 0, 64) + "/s"
}

// formatBytes writes a size in the largest unit that leaves a whole part.
func formatBytes(n int64) string {
	size, unit := float64(n), 0
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	if unit == 0 {
		return strconv.FormatInt(n, 10) + " B"
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + units[unit]
}

// formatDuration rounds d to what a reader takes in.
func formatDuration(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Microsecond).String()
}
