package progress

import (
	"fmt"
	"strings"
	"time"
)

// Render returns the lines that show how far a job is at now, with rates since before. No line is wider than width columns, and there
// are at most three: what does not fit is counted.
func Render(before, now Sample, started time.Time, width int) []string {
	lines := renderOperators(before, now, width)
	return append(lines, cut(renderCheckpoint(now, started), width))
}

// renderOperators puts each operator's rate on one line or, where that is too wide, on two.
func renderOperators(before, now Sample, width int) []string {
	const separator = "  "
	var lines []string
	line := ""
	for i, operator := range now.Operators {
		item := operator.UID + " " + formatRate(rate(before, now, i))
		rest := len(now.Operators) - i
		// On the last line room is kept for how many are left out, unless this is the last one.
		room := width
		more := fmt.Sprintf("%s+%d more", separator, rest)
		if len(lines) == 1 && rest > 1 {
			room -= columns(more)
		}
		switch {
		case line == "":
			line = item
		case columns(line)+len(separator)+columns(item) <= room:
			line += separator + item
		case len(lines) == 0:
			lines, line = append(lines, line), item
		default:
			return append(lines, cut(line+more, width))
		}
		line = cut(line, width)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func renderCheckpoint(now Sample, started time.Time) string {
	running := "running " + formatDuration(now.At.Sub(started).Truncate(time.Second))
	c := now.Checkpoint
	if c == nil {
		return running + ", no checkpoint yet"
	}
	age := max(now.At.Sub(c.Completed), 0).Truncate(time.Second)
	return fmt.Sprintf("%s, checkpoint %d %s ago, %s in %s", running, c.ID, formatDuration(age), formatBytes(c.Size), formatDuration(c.Duration))
}

// columns is how wide s is. Names of operators are nearly always ASCII; a wide character counts as one.
func columns(s string) int { return len([]rune(s)) }

// cut shortens a line to width columns: a longer one would wrap, and the screen would be off by a line.
func cut(line string, width int) string {
	line = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, line)
	runes := []rune(line)
	switch {
	case len(runes) <= width:
		return line
	case width < 1:
		return ""
	}
	return string(runes[:width-1]) + "…"
}
