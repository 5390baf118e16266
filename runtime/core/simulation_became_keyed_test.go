package core_test

import (
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
	"github.com/streamgen/streamgen/serde"
)

// ticking reads ticks, whose times it knows, and sends them to watching.
type ticking struct {
	core.Task
	partition core.Partition
	ticks     core.SourcePort[timed.Tick]
	toWatch   core.Output[timed.Tick]
}

func (t *ticking) Process(_ int, ticks core.Records) {
	for tick := range core.Rest[timed.Tick](&t.Task, ticks) {
		t.SawTime(tick.At)
		if t.partition == core.Hash {
			t.toWatch.SendByKey(serde.HashString(tick.Key), tick)
			continue
		}
		t.toWatch.Send(tick)
	}
}
func (t *ticking) Barrier(s *core.Snapshot) { s.Source("Ticks", &t.ticks) }
func (t *ticking) Restore(r *core.Restore)  { r.Source("Ticks", &t.ticks) }

// watching looks whether a tick is late. It keeps nothing.
type watching struct {
	core.Task
	late  func(tick timed.Tick, watermark runtime.Time)
	ticks core.SinkPort[timed.Tick]
}

func (t *watching) Process(_ int, ticks core.Records) {
	for tick := range core.Rest[timed.Tick](&t.Task, ticks) {
		if w := t.Context("Watch").Watermark(); tick.At <= w {
			t.late(tick, w)
		}
		t.ticks.Add(tick)
	}
}
func (t *watching) Barrier(s *core.Snapshot) { s.Sink("Seen", &t.ticks) }
func (t *watching) Restore(r *core.Restore)  { r.Sink("Seen", &t.ticks) }

// watched is a job whose ticks come over an edge of a kind.
func watched(p core.Partition, source runtime.Source[timed.Tick], seen runtime.Sink[timed.Tick], late func(timed.Tick, runtime.Time)) runtime.Job {
	j := core.NewJob("Watched")
	from := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.TimedSource("Ticks", source, core.EventTime{})}}, func() *ticking {
		return &ticking{partition: p, ticks: core.NewSourcePort(source)}
	})
	to := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Watch", "Ticks"), core.Sink("Seen", seen, "Watch")}},
		func() *watching { return &watching{late: late, ticks: core.NewSinkPort(seen)} })
	codec := core.RecordCodec[timed.Tick]{
		Schema: "{Key string, At int64}",
		Append: func(b []byte, t *timed.Tick) []byte {
			return serde.AppendInt(serde.AppendString(b, t.Key), int64(t.At))
		},
		Parse: func(p *serde.Parser, t *timed.Tick) { t.Key, t.At = p.String(), runtime.Time(p.Int()) },
	}
	core.Connect(j, p, from, func(t *ticking) *core.Output[timed.Tick] { return &t.toWatch }, to, 0,
		codec.By(func(t timed.Tick) uint64 { return serde.HashString(t.Key) }))
	return j
}

// An operator that had no keys gets them, or loses them again, while its subtasks, of which there may be more or fewer, stand at watermarks far apart. What is in flight to one of them, and what its
// source has still to send, may come to any now: none of it is late.
func TestNothingIsLateForAnOperatorThatBecomesKeyed(t *testing.T) {
	read := make([][]timed.Tick, 3)
	for i := range read {
		for n := range 1500 {
			read[i] = append(read[i], timed.Tick{Key: fmt.Sprint("key", n%17), At: runtime.Time(1000 + i*1_000_000 + n)})
		}
	}
	became := 0
	seeds(t, 60, func(seed uint64) {
		fs, random, sink := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0)), collect.New[timed.Tick]()
		c := config.Default()
		kind := core.Forward
		for run, over := 0, false; !over; run++ {
			c.Checkpointing.Interval, c.Checkpointing.Unaligned = time.Duration(100+random.IntN(300))*time.Microsecond, random.IntN(2) == 0
			was := kind
			kind, c.Parallelism = []core.Partition{core.Forward, core.Rebalance, core.Hash}[random.IntN(3)], 1+random.IntN(3)
			if kind == core.Hash && was != core.Hash && run > 0 {
				became++
			}
			committed, until := 0, 1+random.IntN(2) // the end of the run, in checkpoints, but of the last
			job := watched(kind, &ticks{splits: read, random: random, most: 256}, sink, func(tick timed.Tick, watermark runtime.Time) {
				t.Fatalf("violation: seed %d: run %d: %v is late, the watermark is %v, the edge %v and was %v", seed, run, tick, watermark, kind, was)
			})
			s, err := core.Simulate(job, c, fs, "/job", random, func(e runtime.Event) {
				if e.Kind == runtime.EventCommitted {
					committed++
				}
			})
			require.NoError(t, err)
			for !over && (run > 7 || committed < until) {
				over = !s.Step()
			}
		}
		require.Len(t, sink.Records(), 4500, "violation: seed %d: ticks", seed)
	})
	t.Logf("%d times the operator became one with keys", became)
}
