package core_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/core"
)

// A schedule is one story of a word count, told by a seed: runs of the job that crash, lose power, meet errors of the disk or are overtaken
// by another runner, until one comes to the end. At every moment the committed totals of each word must be 1…k, and in the end k must
// be what a plain count says.
type schedule struct {
	random *rand.Rand
	disk   *vfs.Mem
	trace  strings.Builder
	lives  int
	// parallelism of each run; 0 draws one from 1 to 3.
	parallelism int
	// crashAt is the operation of the disk, counted over all runs, at which the first run crashes; 0 draws. After says whether it has
	// taken effect.
	crashAt int
	after   bool
	// calm schedules have no other faults.
	calm bool
	ops  int
}

var traceOps bool

var errPower = errors.New("the power is off")

// text is what is counted: three splits.
var text = [][]string{
	{"the quick brown fox", "jumps over the lazy dog", "", "The end, the END", "a b c a b a"},
	{"one two two three three three", "four four four four", "the one", "fox dog fox", "x y z x y z"},
	{"lorem ipsum dolor sit amet", "lorem ipsum", "the lorem", "over and over and over"},
}

func wanted() map[string]int {
	counts := map[string]int{}
	for _, split := range text {
		for _, line := range split {
			for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(line, ",", " "))) {
				counts[word]++
			}
		}
	}
	return counts
}

// process is a run of the job on the disk, until the disk says that the power is off.
type process struct {
	*core.Simulation
	off *bool
}

// start starts a run whose disk goes off at its n-th operation, if n is not 0.
func (s *schedule) start(n int, after bool) (*process, error) {
	off, count := false, 0
	faulty := !s.calm && s.random.IntN(4) == 0
	fs := vfs.Inject(s.disk, func(op vfs.Op, name string) error {
		if off {
			return errPower
		}
		s.ops++
		if traceOps {
			fmt.Fprintf(&s.trace, "  %v %s\n", op, name)
		}
		if count++; count == n {
			off = true
			fmt.Fprintf(&s.trace, "power off at %d: %v %s\n", count, op, name)
			if after {
				return vfs.After(errPower)
			}
			return errPower
		}
		if faulty && op.Changes() && s.random.IntN(40) == 0 {
			fmt.Fprintf(&s.trace, "error at %d: %v %s\n", count, op, name)
			switch s.random.IntN(3) {
			case 0:
				return vfs.After(syscall.EIO)
			case 1:
				return vfs.Short(s.random.IntN(20), syscall.ENOSPC)
			}
			return syscall.EIO
		}
		return nil
	})
	pipeline := &wordcount.WordCount{
		Lines:  &texts{random: s.random},
		Totals: file.JSONL[wordcount.Total]("/out").On(fs),
	}
	c := config.Default()
	c.Parallelism = s.parallelism
	if c.Parallelism == 0 {
		c.Parallelism = 1 + s.random.IntN(3)
	}
	c.MaxParallelism = 8
	c.Checkpointing.Interval = 10 * time.Millisecond
	c.Checkpointing.Timeout = time.Second
	c.Checkpointing.TolerableFailures = 1
	c.Checkpointing.NumRetained = 1 + s.random.IntN(2)
	c.Checkpointing.InlineThreshold = s.random.IntN(2) * 1000
	fmt.Fprintf(&s.trace, "start with parallelism %d\n", c.Parallelism)
	sim, err := core.Simulate(pipeline.StreamgenJob(), c, fs, "/checkpoints/WordCount", s.random, func(e runtime.Event) {
		fmt.Fprintf(&s.trace, "%s %d %v\n", e.Kind, e.Checkpoint, e.Err)
	})
	if err != nil {
		fmt.Fprintf(&s.trace, "start: %v\n", err)
	}
	return &process{sim, &off}, err
}

// run tells the story. Its error is a violation.
func (s *schedule) run() error {
	crashes := 1 + s.random.IntN(4)
	if s.calm {
		crashes = 0
		if s.crashAt > 0 {
			crashes = 1
		}
	}
	var zombies []*process
	for s.lives = 1; ; s.lives++ {
		if s.lives > 200 {
			return errors.New("no run comes to the end")
		}
		n, after := 0, s.after
		if s.lives <= crashes {
			if n = s.crashAt; n == 0 {
				n, after = 1+s.random.IntN(120), s.random.IntN(2) == 0
			}
		}
		p, err := s.start(n, after)
		overtaken := false
		for steps := 0; err == nil && !*p.off && p.Step(); steps++ {
			if len(zombies) > 0 && s.random.IntN(3) == 0 {
				z := s.random.IntN(len(zombies))
				if *zombies[z].off || !zombies[z].Step() {
					zombies = slices.Delete(zombies, z, z+1)
				}
			}
			if p.Steps > 100_000 {
				return errors.New("the run goes on for ever")
			}
			if s.lives <= crashes && !s.calm && s.random.IntN(2000) == 0 {
				overtaken = true
				break
			}
		}
		switch {
		case core.IsFinished(err):
			return s.audit(true)
		case err == nil && overtaken:
			fmt.Fprintf(&s.trace, "overtaken\n")
			zombies = append(zombies, p)
		case p.off != nil && *p.off:
			zombies = nil // the power is off for them too
			s.disk = s.disk.Crash(s.random)
		case err != nil: // an error of the disk: try again
		default:
			outcome, err, stuck := p.Outcome()
			fmt.Fprintf(&s.trace, "ended: %v %v %v after %d steps\n", outcome, err, stuck, p.Steps)
			if stuck {
				return fmt.Errorf("run %d is stuck", s.lives)
			}
			if err == nil {
				return s.audit(true)
			}
		}
		if err := s.audit(false); err != nil {
			return err
		}
	}
}

// audit reads the committed files.
func (s *schedule) audit(whole bool) error {
	counts := map[string][]int{}
	entries, err := s.disk.ReadDir("/out")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name, ".") {
			continue
		}
		b, err := s.disk.ReadFile("/out/" + e.Name)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(bytes.NewReader(b))
		for lines.Scan() {
			var t wordcount.Total
			if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
				return fmt.Errorf("%s: %w", e.Name, err)
			}
			counts[t.Word] = append(counts[t.Word], int(t.Count))
		}
	}
	want := wanted()
	for word, totals := range counts {
		slices.Sort(totals)
		for i, total := range totals {
			if total != i+1 {
				return fmt.Errorf("committed totals of %q are %v", word, totals)
			}
		}
		if len(totals) > want[word] {
			return fmt.Errorf("%q is counted %d times, it stands %d times", word, len(totals), want[word])
		}
	}
	if whole {
		for word, n := range want {
			if len(counts[word]) != n {
				return fmt.Errorf("%q is counted %d times in the end, it stands %d times", word, len(counts[word]), n)
			}
		}
	}
	return nil
}

// schedules is how many random schedules a test tells.
func schedules(t *testing.T, n int) int {
	if s := os.Getenv("STREAMGEN_SCHEDULES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func tell(seed uint64, parallelism int) (*schedule, error) {
	s := &schedule{random: rand.New(rand.NewPCG(seed, 0)), disk: vfs.NewMem(), parallelism: parallelism}
	return s, s.run()
}

func TestRandomSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		parallelism, n int
	}{{"2x2", 2, 5000}, {"rescaled at every start", 0, 2000}} {
		t.Run(test.name, func(t *testing.T) {
			n, lives := schedules(t, test.n), 0
			for seed := range uint64(n) {
				s, err := tell(seed, test.parallelism)
				if err != nil {
					t.Fatalf("seed %d: %v\n%s", seed, err, s.trace.String())
				}
				lives += s.lives
			}
			t.Logf("no violation in %d schedules, %d runs of the job", n, lives)
		})
	}
}

func TestEveryCrashPoint(t *testing.T) {
	story := func(crashAt int, after bool) *schedule {
		s := &schedule{random: rand.New(rand.NewPCG(1, 1)), disk: vfs.NewMem(), parallelism: 2, calm: true, crashAt: crashAt, after: after}
		if err := s.run(); err != nil {
			t.Fatalf("crash at operation %d (after it: %v): %v\n%s", crashAt, after, err, s.trace.String())
		}
		return s
	}
	points := story(0, false).ops
	for n := 1; n <= points; n++ {
		story(n, false)
		story(n, true)
	}
	t.Logf("no violation: all %d single crash points of a schedule, each before and after it takes effect", points)
}

func TestEverySeedReplays(t *testing.T) {
	for seed := range uint64(200) {
		a, err := tell(seed, 0)
		b, again := tell(seed, 0)
		if a.trace.String() != b.trace.String() || fmt.Sprint(err) != fmt.Sprint(again) {
			t.Fatalf("seed %d tells two stories:\n%s\n--- and ---\n%s", seed, a.trace.String(), b.trace.String())
		}
	}
}

// texts is a source of the text. It reads a few lines at a time.
type texts struct{ random *rand.Rand }

func (*texts) Connector() runtime.Connector { return runtime.Connector{Kind: "test.text", Version: 1} }

func (*texts) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if len(known) > 0 {
		return known, nil
	}
	var splits []runtime.Split
	for i := range text {
		splits = append(splits, runtime.Split{ID: strconv.Itoa(i), Weight: int64(len(text[i])), Position: []byte{0}})
	}
	return splits, nil
}

func (s *texts) Open(_ runtime.SourceContext, splits []runtime.Split) (runtime.Reader[string], error) {
	r := &textReader{random: s.random, splits: slices.Clone(splits)}
	return r, nil
}

type textReader struct {
	random *rand.Rand
	splits []runtime.Split
	at     int // the split that is read
	last   int // lines of the last Read
}

func (r *textReader) Read(lines []string) (int, error) {
	r.splits = r.moved(r.last)
	r.last = 0
	for r.at < len(r.splits) && r.splits[r.at].Done {
		r.at++
	}
	if r.at == len(r.splits) {
		return 0, io.EOF
	}
	s := r.splits[r.at]
	i, _ := strconv.Atoi(s.ID)
	r.last = copy(lines[:1+r.random.IntN(3)], text[i][s.Position[0]:])
	return r.last, nil
}

// moved returns the splits behind n lines of the last Read.
func (r *textReader) moved(n int) []runtime.Split {
	splits := slices.Clone(r.splits)
	if n > 0 {
		s := &splits[r.at]
		i, _ := strconv.Atoi(s.ID)
		s.Position = []byte{s.Position[0] + byte(n)}
		s.Done = int(s.Position[0]) == len(text[i])
	}
	return splits
}

func (r *textReader) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	return r.moved(consumed), nil
}
func (r *textReader) Close() error { return nil }
