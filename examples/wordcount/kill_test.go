package wordcount_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var seed = flag.Uint64("seed", 1, "seed of when jobs are killed")

// A job that is killed 50 times, each time started again with another parallelism, and with incremental checkpoints or without, never shows a wrong total, and in the end shows all
// of them.
func TestKill(t *testing.T) {
	src := sources(t)
	trees := []string{"cmd/compile", "crypto", "go", "net", "os", "runtime"}
	var globs []string
	for i, tree := range trees {
		trees[i] = filepath.Join(src, tree)
		globs = append(globs, filepath.Join(trees[i], "**/*.go"))
	}
	j := newJob(t, globs...)
	r := rand.New(rand.NewPCG(*seed, 0))
	kills := map[string]int{}
	last := map[string]int{} // what the real command had logged last
	audit := newAuditor()
	parallelism := 0
	for i, m := range schedule(r) {
		parallelism = (parallelism+r.IntN(3))%4 + 1 // another one than before
		run := j.with(fmt.Sprint("execution.checkpointing.incremental=", r.IntN(2) == 0))
		if m.kind == anywhere {
			last[killCommand(t, run, parallelism, m.lines)]++
		} else {
			killChild(t, run, parallelism, m.halt)
		}
		kills[m.kind]++
		err := audit.audit(j.output)
		if audit.lines > 0 || i > 3 { // no folder before the first run that came so far
			require.NoError(t, err, "after kill %d, %s %s (seed %d)", i+1, m.kind, m.halt, *seed)
		}
	}
	before := audit.lines
	j.finish(t, parallelism%4+1)
	require.NoError(t, audit.audit(j.output), "what was committed before has changed")

	want := countWords(t, ".go", trees...)
	exact := requireExact(t, j.output, want)
	t.Logf("%d lines exact, %d of them committed between kills", exact.lines, before)
	total := 0
	for _, kind := range []string{processing, checkpoint, between, committing, restoring, anywhere} {
		t.Logf("%2d kills %s", kills[kind], kind)
		require.GreaterOrEqual(t, kills[kind], 5, kind)
		total += kills[kind]
	}
	require.Equal(t, 50, total)
	t.Logf("the real command had logged last: %v", last)
}

// killChild runs the job until the child halts at that step, and kills it there.
func killChild(t *testing.T, j job, parallelism int, step string) {
	t.Helper()
	p := start(t, asChild(t, []string{envLines + "=16", envHalt + "=" + step}, j.run(parallelism)...))
	p.waitFor(t, halted+step[:strings.LastIndexByte(step, '/')], 1)
	p.kill(t)
}

// killCommand runs the real command until it has logged that many lines, kills it, and returns what it logged last.
func killCommand(t *testing.T, j job, parallelism, lines int) string {
	t.Helper()
	p := start(t, command(t, wordcountCommand(t), j.run(parallelism, "--log-level=debug")...))
	p.waitFor(t, "level=", lines)
	p.kill(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	line := p.lines[len(p.lines)-1]
	_, message, _ := strings.Cut(line, "msg=")
	message, _, _ = strings.Cut(strings.TrimPrefix(message, `"`), ` job=`)
	return strings.TrimSuffix(message, `"`)
}
