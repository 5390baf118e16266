package core_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// numbered is a tick with how many of its key there were.
type numbered struct {
	tick timed.Tick
	n    int64
}

// numbering numbers the ticks of each key.
type numbering struct {
	core.Task
	uid    string
	faults *troubles
	counts table.Table[string, int64]
	lines  core.SinkPort[numbered]
}

func (t *numbering) Process(_ int, ticks core.Records) {
	for tick := range core.Rest[timed.Tick](&t.Task, ticks) {
		if err := t.faults.draw("Process"); err != nil {
			panic(err)
		}
		n := t.counts.At(tick.Key, hashOf(tick))
		*n++
		t.lines.Add(numbered{tick, *n})
	}
}
func (t *numbering) Open() {
	if err := t.faults.draw("Open"); err != nil {
		panic(err)
	}
}
func (t *numbering) Barrier(s *core.Snapshot) {
	s.Keyed(t.uid, "Seen", &t.counts)
	s.Sink(t.uid+".Lines", &t.lines)
}
func (t *numbering) Restore(r *core.Restore) {
	r.Keyed(t.uid, "Seen", &t.counts)
	r.Sink(t.uid+".Lines", &t.lines)
}

// regionSource reads the ticks of a region.
type regionSource struct {
	ticking
	uid string
}

func (t *regionSource) Barrier(s *core.Snapshot) { s.Source(t.uid, &t.ticks) }
func (t *regionSource) Restore(r *core.Restore)  { r.Source(t.uid, &t.ticks) }

// troubles fail what they are asked for, now and then.
type troubles struct {
	random *rand.Rand
	one    int // in so many
	left   int
	seen   map[string]int
}

func (t *troubles) draw(what string) error {
	if t.left == 0 || t.random.IntN(t.one) > 0 {
		return nil
	}
	t.left--
	t.seen[what]++
	return errors.New(what + " fails")
}

// troubled is a sink with troubles.
type troubled struct {
	*collect.Sink[numbered]
	faults *troubles
}

func (s troubled) Commit(ctx context.Context, handle []byte) error {
	if s.faults.random.IntN(10) == 0 {
		if err := s.faults.draw("Commit"); err != nil {
			return err
		}
	}
	if err := s.Sink.Commit(ctx, handle); err != nil {
		return err
	}
	for range 20 {
		if err := s.faults.draw("Commit late"); err != nil {
			return err
		}
	}
	return nil
}

func (s troubled) Abort(ctx context.Context, operator string) error {
	for range 20 {
		if err := s.faults.draw("Abort"); err != nil {
			return err
		}
	}
	return s.Sink.Abort(ctx, operator)
}

func (s troubled) Open(ctx runtime.SinkContext) (runtime.Writer[numbered], error) {
	w, err := s.Sink.Open(ctx)
	return troubledWriter{w, s.faults}, err
}

type troubledWriter struct {
	runtime.Writer[numbered]
	faults *troubles
}

func (w troubledWriter) Prepare(checkpoint int64) (runtime.Transaction, error) {
	t, err := w.Writer.Prepare(checkpoint)
	t.Sync = func() error {
		for range 5 {
			if err := w.faults.draw("Sync"); err != nil {
				return err
			}
		}
		return nil
	}
	return t, err
}

// regionsOf is a job with a region for each source.
func regionsOf(reads []*ticks, lines troubled) runtime.Job {
	j := core.NewJob("Regions")
	for i, read := range reads {
		source, count := fmt.Sprint("Ticks", i), fmt.Sprint("Count", i)
		from := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.TimedSource[timed.Tick](source, read, core.EventTime{OutOfOrder: 4 * time.Millisecond})}},
			func() *regionSource {
				return &regionSource{ticking{kinds: []core.Partition{core.Hash}, ticks: core.NewSourcePort[timed.Tick](read), toTell: make([]core.Output[timed.Tick], 1)}, source}
			})
		to := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform(count, source), core.Sink[numbered](count+".Lines", lines, count)}}, func() *numbering {
			return &numbering{uid: count, faults: lines.faults, counts: table.New[string, int64](seen{}), lines: core.NewSinkPort[numbered](lines)}
		})
		codec := core.RecordCodec[timed.Tick]{
			Schema: "{Key string, At int64, N int64}",
			Append: func(b []byte, t *timed.Tick) []byte {
				return serde.AppendInt(serde.AppendInt(serde.AppendString(b, t.Key), int64(t.At)), int64(t.Reminders))
			},
			Parse: func(p *serde.Parser, t *timed.Tick) {
				t.Key, t.At, t.Reminders = p.String(), runtime.Time(p.Int()), int(p.Int())
			},
		}
		core.Connect(j, core.Hash, from, func(t *regionSource) *core.Output[timed.Tick] { return &t.toTell[0] }, to, 0, codec.By(hashOf))
	}
	return j
}

// Up to three regions without a loop, so that several checkpoints may be under way: operators and sinks fail wherever they are called, commits and aborts at the restart of
// a region too, while savepoints are taken and the job is stopped, cancelled or dies. Every tick is counted once, and each count is given once.
func TestRegionsInTrouble(t *testing.T) {
	happened, faults := map[string]int{}, map[string]int{}
	seeds(t, 60, func(seed uint64) {
		fs, random := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0))
		trouble := &troubles{random: random, one: 50 + random.IntN(3000), left: random.IntN(30), seen: faults}
		lines := troubled{collect.New[numbered](), trouble}
		var reads []*ticks
		n := 0
		for i := range 1 + random.IntN(3) {
			splits := make([][]timed.Tick, 3)
			for k := range splits {
				at := runtime.Time(1000)
				for range 300 {
					n++
					at += runtime.Time(random.IntN(3))
					splits[k] = append(splits[k], timed.Tick{Key: fmt.Sprint(i, " key", random.IntN(20)), At: at, Reminders: n})
				}
			}
			reads = append(reads, &ticks{splits: splits, random: random, most: 64})
		}
		over := false
		for run := 0; !over; run++ {
			require.Less(t, run, 200)
			c := config.Default()
			c.MaxParallelism, c.Parallelism = 12, 1+random.IntN(3)
			c.PauseSources = random.IntN(3) == 0
			c.CommitRetries = random.IntN(3)
			k := &c.Checkpointing
			k.SavepointDir, k.Retention = "/savepoints", config.RetainOnCancellation
			k.Unaligned, k.Incremental, k.MaxConcurrent = random.IntN(2) == 0, random.IntN(2) == 0, 1+random.IntN(3)
			k.Interval, k.TolerableFailures = time.Duration(200+random.IntN(2000))*time.Microsecond, random.IntN(3)
			k.AfterTasksFinish = random.IntN(3) > 0
			if random.IntN(4) == 0 {
				k.Timeout = time.Duration(2+random.IntN(10)) * time.Millisecond
			}
			c.Restart.Strategy = config.FixedDelayStrategy
			c.Restart.FixedDelay = config.FixedDelay{Attempts: 20, Delay: time.Duration(random.IntN(int(4 * time.Millisecond)))}
			var trace []string
			var s *core.Simulation
			s, err := core.Simulate(regionsOf(reads, lines), c, fs, "/job", random, func(e runtime.Event) {
				what := string(e.Kind)
				if e.Tasks != nil {
					what = "region " + what
				}
				happened[what]++
				trace = append(trace, fmt.Sprint(e.Kind, e.Tasks, e.Checkpoint, e.Err))
			})
			if err != nil {
				if core.IsFinished(err) {
					break
				}
				trace = append(trace, err.Error())
				continue
			}
			s.SlowPublish = random.IntN(2) * random.IntN(60)
			steps := 1 << (8 + random.IntN(8))
			asks := random.IntN(3) == 0
			for s.Step() {
				if steps--; steps == 0 {
					break
				}
				if asks && random.IntN(400) == 0 {
					kind := runtime.RequestSavepoint
					switch random.IntN(12) {
					case 0:
						kind = runtime.RequestStop
					case 1:
						kind = runtime.RequestCancel
					}
					s.Request(runtime.Request{Kind: kind, Reply: func(path string, err error) { happened[fmt.Sprint("request ", kind, " succeeds: ", err == nil)]++ }})
				}
			}
			if steps == 0 {
				continue // it dies
			}
			outcome, err, stuck := s.Outcome()
			if stuck {
				t.Fatalf("violation: seed %d run %d stuck: %v", seed, run, trace[max(0, len(trace)-30):])
			}
			over = err == nil && outcome == runtime.Finished
		}
		ticksOf, numbers := map[int]int{}, map[string][]bool{}
		for _, l := range lines.Records() {
			ticksOf[l.tick.Reminders]++
			for int64(len(numbers[l.tick.Key])) <= l.n {
				numbers[l.tick.Key] = append(numbers[l.tick.Key], false)
			}
			if numbers[l.tick.Key][l.n] {
				t.Fatalf("violation: seed %d: %s has number %d twice", seed, l.tick.Key, l.n)
			}
			numbers[l.tick.Key][l.n] = true
		}
		for i := range n {
			if ticksOf[i+1] != 1 {
				t.Fatalf("violation: seed %d: tick %d came %d times", seed, i+1, ticksOf[i+1])
			}
		}
	})
	t.Log(happened, faults)
	if *replay < 0 && happened["region running"] == 0 {
		t.Fatal("no region was restarted")
	}
}
