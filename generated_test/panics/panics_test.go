package panics_test

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/panics"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// A panic in any method of an operator says which operator it was, and its stack begins with the user's frames; the first one below them is
// of generated code, whose name says pipeline and operator.
func TestStacksNamePipelineOperatorAndMethod(t *testing.T) {
	for _, c := range []struct {
		operator, method, generated string
		set                         func(p *panics.Panics, b panics.Bomb)
	}{
		{"Mapper", "Open", `openMapper`, func(p *panics.Panics, b panics.Bomb) { p.Mapper.Bomb = b }},
		{"Mapper", "Map", `processMapper`, func(p *panics.Panics, b panics.Bomb) { p.Mapper.Bomb = b }},
		{"Mapper", "Finish", `finishMapper`, func(p *panics.Panics, b panics.Bomb) { p.Mapper.Bomb = b }},
		{"Mapper", "Close", `closeMapper`, func(p *panics.Panics, b panics.Bomb) { p.Mapper.Bomb = b }},
		{"Sieve", "Filter", `processSieve`, func(p *panics.Panics, b panics.Bomb) { p.Sieve.Bomb = b }},
		{"Splitter", "Process", `processSplitter`, func(p *panics.Panics, b panics.Bomb) { p.Splitter.Bomb = b }},
		{"Joiner", "KeyLeft", `sendToJoinerLeft`, func(p *panics.Panics, b panics.Bomb) { p.Joiner.Bomb = b }},
		{"Joiner", "ProcessLeft", `processJoinerLeft`, func(p *panics.Panics, b panics.Bomb) { p.Joiner.Bomb = b }},
		{"Joiner", "ProcessRight", `processJoinerRight`, func(p *panics.Panics, b panics.Bomb) { p.Joiner.Bomb = b }},
		{"Joiner", "OnExpire", `onExpireJoiner`, func(p *panics.Panics, b panics.Bomb) { p.Joiner.Bomb = b }},
		{"Ruler", "ProcessNumbers", `processRulerNumbers`, func(p *panics.Panics, b panics.Bomb) { p.Ruler.Bomb = b }},
		{"Ruler", "BroadcastRules", `broadcastRulerRules`, func(p *panics.Panics, b panics.Bomb) { p.Ruler.Bomb = b }},
		{"Caller", "Async", `callCaller`, func(p *panics.Panics, b panics.Bomb) { p.Caller.Bomb = b }},
		{"Keeper", "Filter", `processKeeper`, func(p *panics.Panics, b panics.Bomb) { p.Keeper.Bomb = b }},
	} {
		t.Run(c.operator+"."+c.method, func(t *testing.T) {
			p := &panics.Panics{
				Numbers: function.Source(100, func(i int64) panics.Number { return panics.Number{N: i, At: runtime.Time(i)} }),
				Out:     collect.New[panics.Number](),
			}
			c.set(p, panics.Bomb(c.method))
			log := &log{}
			err := runtime.Run(t.Context(), p, runtime.WithParallelism(1), runtime.WithLogger(slog.New(log)))
			if c.method == "Close" { // the job has done its work
				require.NoError(t, err)
				err = log.closed
			}
			var panicked *core.PanicError
			require.ErrorAs(t, err, &panicked)
			require.Equal(t, c.operator, panicked.Operator, "%v", err)

			var frames []string
			for line := range strings.Lines(err.Error()) {
				if line := strings.TrimSpace(line); strings.Contains(line, "/panics.") && strings.HasSuffix(line, ")") {
					frames = append(frames, line[strings.LastIndex(line, "/panics.")+1:])
				}
			}
			require.GreaterOrEqual(t, len(frames), 3, "%v", err)
			require.Contains(t, frames[0], "Bomb.at")
			require.Regexp(t, fmt.Sprintf(`^panics\.\(?\*?%s(\[\.\.\.\])?\)?\.%s\(`, c.operator, c.method), frames[1])
			generated := regexp.MustCompile(`^panics\.\(\*panics\w+Task\)\.(\w+)\(`).FindStringSubmatch(frames[2])
			require.NotNil(t, generated, "%s", frames[2])
			require.Equal(t, c.generated, generated[1])
		})
	}
}

// log keeps the error of a Close.
type log struct{ closed error }

func (*log) Enabled(context.Context, slog.Level) bool { return true }

func (l *log) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "close failed" {
		r.Attrs(func(a slog.Attr) bool {
			if err, ok := a.Value.Any().(error); ok {
				l.closed = err
			}
			return true
		})
	}
	return nil
}

func (l *log) WithAttrs([]slog.Attr) slog.Handler { return l }

func (l *log) WithGroup(string) slog.Handler { return l }
