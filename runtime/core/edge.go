package core

import (
	"math/bits"

	"github.com/streamgen/streamgen/runtime"
)

// Partition says which subtask of the reader gets a record.
type Partition uint8

// The kinds of edges.
const (
	// Auto is Forward at equal parallelism, else Rebalance.
	Auto Partition = iota
	// Forward goes to the subtask of the same number.
	Forward
	// Rebalance goes round all subtasks.
	Rebalance
	// Rescale goes round those subtasks that are the sender's share.
	Rescale
	// Broadcast goes to every subtask.
	Broadcast
	// Hash goes to the subtask that owns the record's key group.
	Hash
)

// String is the name that the tag edge uses, and graphs.
func (p Partition) String() string {
	return [...]string{"auto", "forward", "rebalance", "rescale", "broadcast", "hash"}[p]
}

// under is what p means between tasks of these parallelisms.
func (p Partition) under(from, to int) Partition {
	switch {
	case p == Auto && from == to:
		return Forward
	case p == Auto:
		return Rebalance
	}
	return p
}

// reaches says whether subtask i of from may send to subtask k of to.
func (p Partition) reaches(i, from, k, to int) bool {
	switch p {
	case Forward:
		return i == k
	case Rescale:
		// Cut the interval from 0 to 1 into as many parts as there are senders, and into as many as there are receivers: those meet
		// whose parts overlap.
		return i*to < (k+1)*from && k*from < (i+1)*to
	default:
		return true
	}
}

// edge is an exchange between two tasks.
type edge struct {
	from, to  *vertexInfo
	input     int // of to
	partition Partition
	loop      bool // it feeds records back
	// wire connects the subtasks of both, for a job of a number of key groups.
	wire func(from, to []*subtask, groups int)
	// batches writes and reads what is in flight.
	batches batchCodec
}

// Exchange is an edge between two tasks of a job.
type Exchange struct{ edge *edge }

// Loop says that the edge feeds records back to a task that they have passed.
func (e Exchange) Loop() { e.edge.loop = true }

// Connect adds an exchange: what from sends on an output comes to an input of to. Records is the codec of what it sends.
func Connect[F, T Runner, R any](
	j *Job, p Partition, from *Vertex[F], output func(F) *Output[R], to *Vertex[T], input int, records RecordCodec[R],
) Exchange {
	e := &edge{from: from.vertexInfo, to: to.vertexInfo, input: input, partition: p, batches: records}
	e.wire = func(senders, receivers []*subtask, groups int) {
		p := p.under(len(senders), len(receivers))
		for i, s := range senders {
			o, credits := output(s.runner.(F)), credits
			if e.loop {
				credits = s.task.env.loopCredits()
			}
			index := s.addOutput(o)
			inside := s.loop.isOf(receivers[0].loop)
			*o = Output[R]{task: s.runner.task(), broadcast: p == Broadcast, loop: e.loop, inside: inside}
			for k, r := range receivers {
				if !p.reaches(i, len(senders), k, len(receivers)) {
					continue
				}
				home := home{mailbox: &s.mailbox, output: index, outlet: len(o.outlets)}
				channel := r.addChannel(channel{edge: e, feedback: e.loop, bounded: e.loop, inside: inside,
					channelTime: channelTime{watermark: runtime.MinTime, timeless: s.timeless}})
				o.outlets = append(o.outlets, newOutlet[R](o.task, credits, &r.mailbox, channel, home))
			}
			o.targets = o.outlets
			// Senders begin at different receivers, so that few records spread too.
			o.next = i % len(o.targets)
			if p == Hash {
				o.groups = uint64(groups)
				o.byGroup = make([]*outlet[R], groups)
				for g := range groups {
					o.byGroup[g] = o.outlets[subtaskOfGroup(g, len(receivers), groups)]
				}
			}
		}
	}
	j.edges = append(j.edges, e)
	return Exchange{e}
}

// maxParallelism is the most subtasks or key groups there can be, as in Flink.
const maxParallelism = 1 << 15

// groupOf is the key group of a key with this hash.
func groupOf(hash uint64, groups int) int {
	group, _ := bits.Mul64(hash, uint64(groups))
	return int(group)
}

// subtaskOfGroup is the subtask that owns a key group: contiguous ranges, as in Flink.
func subtaskOfGroup(group, parallelism, groups int) int { return group * parallelism / groups }

// groupRange is the range of key groups that a subtask owns, its end excluded.
func groupRange(subtask, parallelism, groups int) (first, end int) {
	ceil := func(a, b int) int { return (a + b - 1) / b }
	return ceil(subtask*groups, parallelism), ceil((subtask+1)*groups, parallelism)
}

// defaultKeyGroups is Flink's default maximum parallelism: half as much again as the parallelism, as a power of two from 128 to 32768.
func defaultKeyGroups(parallelism int) int {
	groups := 128
	for groups < parallelism+parallelism/2 && groups < maxParallelism {
		groups *= 2
	}
	return groups
}
