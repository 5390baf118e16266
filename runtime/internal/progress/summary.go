package progress

import (
	"fmt"
	"strings"
	"time"
)

// Summary is one line on a job that has ended: how, after how long, the records of each operator, how many checkpoints this process
// completed and in which folder they are ("" if in memory), how often the job or a part of it was restarted.
func Summary(how string, last Sample, started time.Time, checkpoints int, folder string, restarts int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s after %s", how, formatDuration(last.At.Sub(started)))
	separator := ": "
	for _, operator := range last.Operators {
		fmt.Fprintf(&b, "%s%s %s", separator, operator.UID, formatCount(operator.Records))
		separator = ", "
	}
	if len(last.Operators) > 0 {
		b.WriteString(" records")
	}
	switch checkpoints {
	case 0:
		b.WriteString("; no checkpoints")
	case 1:
		b.WriteString("; 1 checkpoint")
	default:
		fmt.Fprintf(&b, "; %s checkpoints", formatCount(int64(checkpoints)))
	}
	if checkpoints > 0 && folder != "" {
		b.WriteString(" in " + folder)
	}
	switch restarts {
	case 0:
	case 1:
		b.WriteString("; 1 restart")
	default:
		fmt.Fprintf(&b, "; %s restarts", formatCount(int64(restarts)))
	}
	if restarts > 0 && len(last.Operators) > 0 {
		b.WriteString(" (records that were read again count again)")
	}
	return b.String()
}
