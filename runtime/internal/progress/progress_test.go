package progress

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func sample(after time.Duration, operators ...Operator) Sample {
	return Sample{At: start.Add(after), Operators: operators}
}

func TestRender(t *testing.T) {
	complete := &Checkpoint{ID: 12, Completed: start.Add(7 * time.Second), Duration: 34 * time.Millisecond, Size: 1_300_000}
	three := func(n int64) []Operator {
		return []Operator{{"Lines", n}, {"Count", 10 * n}, {"Totals", 10_000 * n}}
	}
	for name, test := range map[string]struct {
		before, now Sample
		width       int
		want        []string
	}{
		"nothing yet": {
			sample(0), sample(0), 80,
			[]string{"running 0s, no checkpoint yet"},
		},
		"rates": {
			sample(0, three(0)...), sample(2*time.Second, three(500)...), 80,
			[]string{"Lines 250/s  Count 2.5k/s  Totals 2.5M/s", "running 2s, no checkpoint yet"},
		},
		"a checkpoint": {
			sample(0), Sample{At: start.Add(10 * time.Second), Checkpoint: complete}, 80,
			[]string{"running 10s, checkpoint 12 3s ago, 1.2 MiB in 34ms"},
		},
		"two lines of operators": {
			sample(0, three(0)...), sample(2*time.Second, three(500)...), 30,
			[]string{"Lines 250/s  Count 2.5k/s", "Totals 2.5M/s", "running 2s, no checkpoint yet"},
		},
		"more operators than room": {
			sample(0, three(0)...), sample(2*time.Second, append(three(500), Operator{"Late", 0}, Operator{"Dead", 0})...), 25,
			[]string{"Lines 250/s  Count 2.5k/s", "Totals 2.5M/s  +2 more", "running 2s, no checkpoin…"},
		},
		"no record in between": {
			sample(0, three(500)...), sample(2*time.Second, three(500)...), 80,
			[]string{"Lines 0/s  Count 0/s  Totals 0/s", "running 2s, no checkpoint yet"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, Render(test.before, test.now, start, test.width))
		})
	}
}

// A line that wraps would leave the screen off by one for good.
func TestRenderKeepsToTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 100).Draw(t, "width")
		now := sample(time.Minute)
		for _, uid := range rapid.SliceOf(rapid.String()).Draw(t, "uids") {
			now.Operators = append(now.Operators, Operator{uid, rapid.Int64().Draw(t, "records")})
		}
		lines := Render(sample(0, now.Operators...), now, start, width)
		require.LessOrEqual(t, len(lines), 3)
		for _, line := range lines {
			require.LessOrEqual(t, columns(line), width)
			require.NotContains(t, line, "\n")
		}
	})
}

// terminal interprets what a Screen writes: enough of one to see what a user sees.
type terminal struct{ lines []string }

func (s *terminal) Write(p []byte) (int, error) {
	rest := string(p)
	for rest != "" {
		if n, ok := strings.CutPrefix(rest, "\x1b["); ok && n[1:2] == "F" {
			up := int(n[0] - '0')
			s.lines = s.lines[:len(s.lines)-up]
			rest = strings.TrimPrefix(n[2:], "\x1b[J")
			continue
		}
		line, after, _ := strings.Cut(rest, "\n")
		s.lines, rest = append(s.lines, line), after
	}
	return len(p), nil
}

func TestScreenKeepsItsLinesBelowTheLog(t *testing.T) {
	var seen terminal
	screen := NewScreen(&seen)
	write := func(text string) {
		_, err := screen.Write([]byte(text))
		require.NoError(t, err)
	}
	write("first\n")
	require.NoError(t, screen.Show([]string{"a", "b"}))
	require.Equal(t, []string{"first", "a", "b"}, seen.lines)
	write("second\nthird\n")
	require.Equal(t, []string{"first", "second", "third", "a", "b"}, seen.lines)
	require.NoError(t, screen.Show([]string{"c"}))
	require.Equal(t, []string{"first", "second", "third", "c"}, seen.lines)
	require.NoError(t, screen.Show(nil))
	require.Equal(t, []string{"first", "second", "third"}, seen.lines)
}

// report runs a reporter over two seconds and returns once it has ended.
func report(r *Reporter) {
	records := int64(0)
	r.Started = start
	r.Sample = func(at time.Time) Sample {
		records += 1000
		return Sample{
			At:         at,
			Operators:  []Operator{{"Lines", records}},
			Checkpoint: &Checkpoint{ID: 3, Completed: start, Duration: time.Millisecond, Size: 5},
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ticks := make(chan time.Time)
	done := make(chan struct{})
	go func() { r.Run(ctx, ticks); close(done) }()
	ticks <- start.Add(time.Second)
	ticks <- start.Add(2 * time.Second)
	cancel()
	<-done
}

func TestReporterLogsWithoutAScreen(t *testing.T) {
	var log bytes.Buffer
	report(&Reporter{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))})
	require.Equal(t, `level=INFO msg=progress records.Lines=1000 per_second.Lines=1000 checkpoint=3 checkpoint_age=1s checkpoint_bytes=5 checkpoint_duration=1ms
level=INFO msg=progress records.Lines=2000 per_second.Lines=1000 checkpoint=3 checkpoint_age=2s checkpoint_bytes=5 checkpoint_duration=1ms
`, log.String())
}

func TestReporterDrawsOnAScreen(t *testing.T) {
	var out bytes.Buffer
	report(&Reporter{Screen: NewScreen(&out), Width: func() int { return 80 }})
	require.Equal(t, "Lines 1.0k/s\nrunning 1s, checkpoint 3 1s ago, 5 B in 1ms\n"+
		"\x1b[2F\x1b[JLines 1.0k/s\nrunning 2s, checkpoint 3 2s ago, 5 B in 1ms\n"+
		"\x1b[2F\x1b[J", out.String())
}

func TestSummary(t *testing.T) {
	last := sample(12345*time.Millisecond, Operator{"Lines", 1234567}, Operator{"Totals", 89})
	require.Equal(t, "finished after 12.3s: Lines 1 234 567, Totals 89 records; 5 checkpoints in /data/WordCount",
		Summary("finished", last, start, 5, "/data/WordCount", 0))
	require.Equal(t, "finished after 12.3s: Lines 1 234 567, Totals 89 records; 5 checkpoints in /data/WordCount; 1 restart (records that were read again count again)",
		Summary("finished", last, start, 5, "/data/WordCount", 1))
	require.Equal(t, "failed after 12.3s; no checkpoints; 12 restarts", Summary("failed", sample(12345*time.Millisecond), start, 0, "", 12))
	require.Equal(t, "cancelled after 12.3s; no checkpoints", Summary("cancelled", sample(12345*time.Millisecond), start, 0, "/data", 0))
	require.Equal(t, "failed after 12.3s; 1 checkpoint", Summary("failed", sample(12345*time.Millisecond), start, 1, "", 0))
}

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{formatCount(0), "0"}, {formatCount(999), "999"}, {formatCount(1000), "1 000"}, {formatCount(-123456), "-123 456"},
		{formatRate(0.4), "0/s"}, {formatRate(999.4), "999/s"}, {formatRate(999.6), "1.0k/s"}, {formatRate(2.5e9), "2.5G/s"},
		{formatBytes(1023), "1023 B"}, {formatBytes(1024), "1.0 KiB"}, {formatBytes(5 << 40), "5.0 TiB"},
		{formatDuration(90*time.Second + 400*time.Millisecond), "1m30s"}, {formatDuration(1234567), "1ms"}, {formatDuration(1500), "2µs"},
	} {
		require.Equal(t, test.want, test.got)
	}
}
