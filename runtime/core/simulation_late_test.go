package core_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

func hashOf(t timed.Tick) uint64 { return serde.HashString(t.Key) }

// ticking reads ticks, which say when they happened, and sends each over every edge, of the kinds that the run has.
type ticking struct {
	core.Task
	kinds  []core.Partition
	ticks  core.SourcePort[timed.Tick]
	toTell []core.Output[timed.Tick]
}

func (t *ticking) Process(_ int, ticks core.Records) {
	for tick := range core.Rest[timed.Tick](&t.Task, ticks) {
		t.SawTime(tick.At)
		for i, kind := range t.kinds {
			if kind == core.Hash {
				t.toTell[i].SendByKey(hashOf(tick), tick)
				continue
			}
			t.toTell[i].Send(tick)
		}
	}
}
func (t *ticking) Barrier(s *core.Snapshot) { s.Source("Ticks", &t.ticks) }
func (t *ticking) Restore(r *core.Restore)  { r.Source("Ticks", &t.ticks) }

// seen counts the ticks of each key.
type seen struct{}

func (seen) Schema() string                        { return "string: int64" }
func (seen) Hash(key string) uint64                { return serde.HashString(key) }
func (seen) IsZero(n *int64) bool                  { return *n == 0 }
func (seen) AppendKey(b []byte, key string) []byte { return serde.AppendString(b, key) }
func (seen) AppendState(b []byte, n *int64) []byte { return serde.AppendInt(b, *n) }
func (seen) ParseKey(p *serde.Parser) string       { return p.String() }
func (seen) ParseState(p *serde.Parser, n *int64)  { *n = p.Int() }

// telling tells of ticks that come late.
type telling struct {
	core.Task
	kinds []core.Partition
	late  func(input int, tick timed.Tick, watermark runtime.Time)
	seen  table.Table[string, int64]
}

// hasKeys reports whether ticks come by their keys, so that there is state for them.
func (t *telling) hasKeys() bool { return t.kinds[0] == core.Hash }

func (t *telling) Process(input int, ticks core.Records) {
	for tick := range core.Rest[timed.Tick](&t.Task, ticks) {
		if w := t.Context("Tell").Watermark(); tick.At <= w {
			t.late(input, tick, w)
		}
		if t.kinds[input] == core.Hash {
			*t.seen.At(tick.Key, hashOf(tick))++
		}
	}
}
func (t *telling) Barrier(s *core.Snapshot) {
	if t.hasKeys() {
		s.Keyed("Tell", "Seen", &t.seen)
	}
}
func (t *telling) Restore(r *core.Restore) {
	if t.hasKeys() {
		r.Keyed("Tell", "Seen", &t.seen)
	}
}

// toldOnTime is a job that sends ticks over an edge of each kind to one operator.
func toldOnTime(kinds []core.Partition, read runtime.Source[timed.Tick], late func(int, timed.Tick, runtime.Time)) runtime.Job {
	j := core.NewJob("Told")
	from := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.TimedSource("Ticks", read, core.EventTime{OutOfOrder: 4 * time.Millisecond})}}, func() *ticking {
		return &ticking{kinds: kinds, ticks: core.NewSourcePort(read), toTell: make([]core.Output[timed.Tick], len(kinds))}
	})
	to := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Tell", "Ticks")}}, func() *telling {
		return &telling{kinds: kinds, late: late, seen: table.New[string, int64](seen{})}
	})
	for i, kind := range kinds {
		codec := core.RecordCodec[timed.Tick]{
			Schema: "{Key string, At int64}",
			Append: func(b []byte, t *timed.Tick) []byte {
				return serde.AppendInt(serde.AppendString(b, t.Key), int64(t.At))
			},
			Parse: func(p *serde.Parser, t *timed.Tick) { t.Key, t.At = p.String(), runtime.Time(p.Int()) },
		}
		if i > 0 {
			codec = codec.Into(strconv.Itoa(i))
		}
		if kind == core.Hash {
			codec = codec.By(hashOf)
		}
		core.Connect(j, kind, from, func(t *ticking) *core.Output[timed.Tick] { return &t.toTell[i] }, to, i, codec)
	}
	return j
}

// The kinds of edges change from run to run, and the parallelism, while subtasks stand at watermarks that are far apart. What comes in time to the old
// subtasks is late in none of the new ones: not where an operator has keys that had none, and not where all of them get what one got.
func TestNothingIsLateSinceAnEdgeChanged(t *testing.T) {
	for name, kinds := range map[string][][]core.Partition{
		"by key or not":             {{core.Forward}, {core.Rebalance}, {core.Hash}},
		"by key, and to all or not": {{core.Hash, core.Hash}, {core.Hash, core.Broadcast}},
		"by key, and to all":        {{core.Hash, core.Broadcast}},
	} {
		t.Run(name, func(t *testing.T) {
			seeds(t, 60, func(seed uint64) {
				const runs = 8
				fs, random := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0))
				read := &ticks{splits: leapingTicks(random), random: random, most: 256}
				c := config.Default()
				c.MaxParallelism, c.Recovery.IgnoreUnclaimed = 12, true
				for run := range runs {
					now := kinds[random.IntN(len(kinds))]
					c.Parallelism = 1 + random.IntN(4)
					c.Checkpointing.Unaligned = random.IntN(4) > 0
					c.Checkpointing.Interval = time.Duration(20+random.IntN(400)) * time.Microsecond
					committed, until := 0, 1+random.IntN(2)
					late := func(input int, tick timed.Tick, w runtime.Time) {
						if input > 0 && now[input] == core.Hash {
							return // it may have been in flight to all, of which the owner of the key was ahead
						}
						t.Fatalf("violation: seed %d: run %d: a tick of %v came over an edge %v behind the watermark %v", seed, run, tick.At, now[input], w)
					}
					s, err := core.Simulate(toldOnTime(now, read, late), c, fs, "/job", random, func(e runtime.Event) {
						if e.Kind == runtime.EventCommitted {
							committed++
						}
					})
					if core.IsFinished(err) {
						break
					}
					require.NoError(t, err, fmt.Sprint(seed))
					for (run == runs-1 || committed < until) && s.Step() {
					}
					_, err, stuck := s.Outcome()
					require.NoError(t, err)
					require.False(t, run == runs-1 && stuck)
				}
			})
		})
	}
}
