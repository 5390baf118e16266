package core_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/serde"
)

// arrival is a number that has come to a subtask of Arrive, over an edge that each subtask gets all records of or over another.
type arrival struct {
	n      int64
	copied bool
}

// sending reads numbers and sends them to arriving.
type sending struct {
	core.Task
	partition core.Partition
	numbers   core.SourcePort[int64]
	toArrive  core.Output[int64]
}

func (t *sending) Process(_ int, numbers core.Records) {
	for n := range core.Rest[int64](&t.Task, numbers) {
		if t.partition == core.Hash {
			t.toArrive.SendByKey(serde.HashUint64(uint64(n)), n)
			continue
		}
		t.toArrive.Send(n)
	}
}
func (t *sending) Barrier(s *core.Snapshot) { s.Source("Numbers", &t.numbers) }
func (t *sending) Restore(r *core.Restore)  { r.Source("Numbers", &t.numbers) }

// heard is a broadcast state: how many numbers have come over edges to all.
type heard struct {
	n      int64
	panics bool // when it is read
}

func (*heard) Kind() checkpoint.StateKind             { return checkpoint.BroadcastState }
func (*heard) Schema() string                         { return "int64" }
func (*heard) Len() int                               { return 1 }
func (h *heard) AppendElement(b []byte, _ int) []byte { return serde.AppendInt(b, h.n) }
func (h *heard) ParseElement(p *serde.Parser, _ bool) {
	if h.n = p.Int(); h.panics {
		panic("it cannot be read")
	}
}

// arriving writes down what comes.
type arriving struct {
	core.Task
	partition core.Partition
	heard     heard
	opened    *[]*arriving // the subtasks of the run
	arrivals  core.SinkPort[arrival]
}

func (t *arriving) Open() { *t.opened = append(*t.opened, t) }

func (t *arriving) Process(_ int, numbers core.Records) {
	for n := range core.Rest[int64](&t.Task, numbers) {
		if t.partition == core.Broadcast {
			t.heard.n++
		}
		t.arrivals.Add(arrival{n, t.partition == core.Broadcast})
	}
}
func (t *arriving) Barrier(s *core.Snapshot) {
	s.List("Arrive", "Heard.n", &t.heard)
	s.Sink("Arrivals", &t.arrivals)
}
func (t *arriving) Restore(r *core.Restore) {
	r.List("Arrive", "Heard.n", &t.heard)
	r.Sink("Arrivals", &t.arrivals)
}

// sent is a job that sends numbers over an edge of a kind.
func sent(p core.Partition, numbers runtime.Source[int64], arrivals runtime.Sink[arrival], opened *[]*arriving) runtime.Job {
	return sentAndHeard(p, numbers, arrivals, opened, heard{})
}

// sentAndHeard is the same with the broadcast state as it begins.
func sentAndHeard(p core.Partition, numbers runtime.Source[int64], arrivals runtime.Sink[arrival], opened *[]*arriving, begins heard) runtime.Job {
	j := core.NewJob("Sent")
	from := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Numbers", numbers)}}, func() *sending {
		return &sending{partition: p, numbers: core.NewSourcePort(numbers)}
	})
	to := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Arrive", "Numbers"), core.Sink("Arrivals", arrivals, "Arrive")}},
		func() *arriving {
			return &arriving{partition: p, opened: opened, heard: begins, arrivals: core.NewSinkPort(arrivals)}
		})
	codec := core.RecordCodec[int64]{
		Schema: "int64",
		Append: func(b []byte, n *int64) []byte { return serde.AppendInt(b, *n) },
		Parse:  func(p *serde.Parser, n *int64) { *n = p.Int() },
	}
	core.Connect(j, p, from, func(t *sending) *core.Output[int64] { return &t.toArrive }, to, 0,
		codec.By(func(n int64) uint64 { return serde.HashUint64(uint64(n)) }))
	return j
}

// The kind of an edge changes from run to run, and the parallelism. What was in flight is not lost where all get it that one had, and comes once where one
// gets it that all had. What all have heard is the same for all, as soon as all have taken what was in flight.
func TestEdgesChange(t *testing.T) {
	const numbers = 3000
	copies, once := 0, 0
	seeds(t, 100, func(seed uint64) {
		fs, random, sink := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0)), collect.New[arrival]()
		source := function.Source(numbers, func(i int64) int64 { return i })
		c := config.Default()
		c.Checkpointing.Unaligned, c.Checkpointing.Interval = true, 300*time.Microsecond
		for run, over := 0, false; !over; run++ {
			c.Parallelism = 1 + random.IntN(3)
			kind := []core.Partition{core.Broadcast, core.Broadcast, core.Rebalance, core.Hash}[random.IntN(4)]
			var opened []*arriving
			committed, until := 0, 1+random.IntN(2) // the end of the run, in checkpoints, but of the last
			s, err := core.Simulate(sent(kind, source, sink, &opened), c, fs, "/job", random, func(e runtime.Event) {
				if e.Kind == runtime.EventCommitted {
					committed++
				}
			})
			require.NoError(t, err)
			for !over && (run > 6 || committed < until) {
				over = !s.Step()
			}
			for _, other := range opened {
				if (kind != core.Broadcast || over) && other.heard != opened[0].heard {
					t.Fatalf("violation: seed %d: run %d: one subtask has heard %d numbers, another one %d", seed, run, other.heard.n, opened[0].heard.n)
				}
			}
		}
		all, alone := map[int64]int{}, map[int64]int{}
		for _, a := range sink.Records() {
			all[a.n]++
			if !a.copied {
				alone[a.n]++
			}
		}
		for n := range int64(numbers) {
			if all[n] == 0 {
				t.Fatalf("violation: seed %d: number %d is lost", seed, n)
			}
			if alone[n] > 1 {
				t.Fatalf("violation: seed %d: number %d comes %d times over edges that send it once", seed, n, alone[n])
			}
			copies, once = copies+all[n]-alone[n], once+alone[n]
		}
	})
	t.Logf("%d numbers came over edges that send them once, %d copies over edges to all", once, copies)
}

// A restore that drops what was in flight gives each subtask the same copy of broadcast state: those that were apart would stay so without the records that were on
// their way to one of them.
func TestCopiesWithoutTheRecordsInFlight(t *testing.T) {
	apart := 0
	seeds(t, 40, func(seed uint64) {
		fs, random, sink := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0)), collect.New[arrival]()
		source := function.Source(3000, func(i int64) int64 { return i })
		c := config.Default()
		c.Parallelism, c.Checkpointing.Unaligned, c.Checkpointing.Interval = 3, true, 300*time.Microsecond
		for run := range 2 {
			var opened []*arriving
			committed := int64(0)
			s, err := core.Simulate(sent(core.Broadcast, source, sink, &opened), c, fs, "/job", random, func(e runtime.Event) {
				if e.Kind == runtime.EventCommitted {
					committed = e.Checkpoint
				}
			})
			require.NoError(t, err)
			for (run == 1 || committed == 0) && s.Step() {
			}
			c.Recovery.WithoutChannelState = int(committed)
			for _, other := range opened {
				if run == 1 && other.heard != opened[0].heard {
					t.Fatalf("violation: seed %d: one subtask has heard %d numbers, another one %d", seed, opened[0].heard.n, other.heard.n)
				}
				if run == 0 && other.heard != opened[0].heard {
					apart++
				}
			}
		}
	})
	t.Logf("%d copies were apart", apart)
}

// A codec that panics while a state is restored leaves none of the snapshots open.
func TestARestoreThatPanicsLeavesNothingOpen(t *testing.T) {
	fs, random, sink := heedful{vfs.NewMem(), map[string]int{}}, rand.New(rand.NewPCG(1, 0)), collect.New[arrival]()
	source := function.Source(3000, func(i int64) int64 { return i })
	c := config.Default()
	c.Parallelism, c.Checkpointing.Interval, c.Checkpointing.InlineThreshold = 2, 300*time.Microsecond, 0
	committed := false
	s, err := core.Simulate(sent(core.Broadcast, source, sink, new([]*arriving)), c, fs, "/job", random, func(e runtime.Event) {
		committed = committed || e.Kind == runtime.EventCommitted
	})
	require.NoError(t, err)
	for !committed {
		require.True(t, s.Step())
	}
	clear(fs.open)

	s, err = core.Simulate(sentAndHeard(core.Broadcast, source, sink, new([]*arriving), heard{panics: true}), c, fs, "/job", random, nil)
	require.NoError(t, err)
	for s.Step() {
	}
	_, err, _ = s.Outcome()
	require.ErrorContains(t, err, "it cannot be read")
	require.Empty(t, fs.names(), "violation: files are left open")
}
