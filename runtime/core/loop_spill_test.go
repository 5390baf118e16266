package core_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/serde"
)

// tree is a loop that amplifies: a node feeds back two of the height below its own. They come round in their order, so much of the tree waits before it
// comes to the leaves.
//
//	Roots → Grow ⟲
type tree struct {
	roots runtime.Source[int]
	// nodes is how many were processed, memory and disk how many that were fed back are there, with the most that there were.
	nodes        atomic.Int64
	memory, disk level
}

// level is a number with the highest that it was.
type level struct{ now, highest atomic.Int64 }

func (l *level) add(n int64) {
	now := l.now.Add(n)
	for before := l.highest.Load(); now > before && !l.highest.CompareAndSwap(before, now); {
		before = l.highest.Load()
	}
}

func (p *tree) StreamgenJob() runtime.Job {
	j := core.NewJob("Tree")
	roots := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Roots", p.roots)}}, func() *treeRoots {
		return &treeRoots{roots: core.NewSourcePort(p.roots)}
	})
	grow := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Grow", "Roots").Loop("Grow.below")}}, func() *treeGrow {
		return &treeGrow{tree: p}
	})
	codec := core.RecordCodec[int]{
		Schema: "int64",
		Append: func(b []byte, height *int) []byte { return serde.AppendInt(b, int64(*height)) },
		Parse:  func(parser *serde.Parser, height *int) { *height = parser.NativeInt() },
	}
	fed := codec.Into("below")
	fed.Append = func(b []byte, height *int) []byte {
		p.memory.add(-1)
		p.disk.add(1)
		return codec.Append(b, height)
	}
	fed.Parse = func(parser *serde.Parser, height *int) {
		p.disk.add(-1)
		p.memory.add(1)
		codec.Parse(parser, height)
	}
	core.Connect(j, core.Rebalance, roots, func(t *treeRoots) *core.Output[int] { return &t.out }, grow, 0, codec.Into("roots"))
	core.Connect(j, core.Rebalance, grow, func(t *treeGrow) *core.Output[int] { return &t.below }, grow, 1, fed).Loop()
	return j
}

type treeRoots struct {
	core.Task
	roots core.SourcePort[int]
	out   core.Output[int]
}

func (t *treeRoots) Process(_ int, heights core.Records) {
	for height := range core.Rest[int](&t.Task, heights) {
		t.out.Send(height)
	}
}
func (t *treeRoots) Barrier(s *core.Snapshot) { s.Source("Roots", &t.roots) }
func (t *treeRoots) Restore(r *core.Restore)  { r.Source("Roots", &t.roots) }

type treeGrow struct {
	core.Task
	tree  *tree
	below core.Output[int]
}

func (t *treeGrow) Process(input int, heights core.Records) {
	for height := range core.Rest[int](&t.Task, heights) {
		t.tree.nodes.Add(1)
		if input == 1 {
			t.tree.memory.add(-1)
		}
		if height > 0 {
			t.tree.memory.add(2)
			t.below.Send(height - 1)
			t.below.Send(height - 1)
		}
	}
}

// What a loop feeds back takes no more memory than is said, however much it is: a million records, of which many wait at once.
func TestALoopThatAmplifiesTakesBoundedMemory(t *testing.T) {
	const height, subtasks, bound = 19, 2, 1000
	p := &tree{roots: function.Of(height)}
	c := config.Default()
	c.Parallelism, c.LoopRecordsInMemory, c.TempDirs = subtasks, bound, []string{t.TempDir()}
	outcome, err := p.StreamgenJob().Run(t.Context(), runtime.Environment{Config: c})
	require.NoError(t, err)
	require.Equal(t, runtime.Finished, outcome)
	require.EqualValues(t, 1<<(height+1)-1, p.nodes.Load())
	require.Zero(t, p.memory.now.Load())
	require.Zero(t, p.disk.now.Load())

	// For each channel what its queue holds, and less than twenty batches that are on their way, open or under way.
	require.Less(t, p.memory.highest.Load(), int64(subtasks*subtasks*(bound+20*256)))
	require.Greater(t, p.disk.highest.Load(), int64(1<<height/8))
	left, err := os.ReadDir(c.TempDirs[0])
	require.NoError(t, err)
	require.Empty(t, left)
}

// spills runs a loop in a simulation and returns the folders that it spills to.
func spills(t *testing.T, fs func(vfs.FS) vfs.FS, change func(*config.Config)) (dirs map[string]bool, err error) {
	t.Helper()
	dirs = map[string]bool{}
	random := rand.New(rand.NewPCG(1, 1))
	watched := vfs.Inject(fs(vfs.NewMem()), func(op vfs.Op, name string) error {
		if op == vfs.OpScratch {
			dirs[strings.TrimSuffix(name, "/scratch")] = true
		}
		return nil
	})
	job := (&looping{lines: &texts{corpus: wideText, random: random, most: 16}, totals: collect.New[wordcount.Total](), echoes: true}).StreamgenJob()
	c := config.Default()
	c.Parallelism = 2
	change(&c)
	s, err := core.Simulate(job, c, watched, "/job", random, nil)
	require.NoError(t, err)
	for s.Step() {
	}
	_, err, stuck := s.Outcome()
	require.False(t, stuck)
	return dirs, err
}

func same(fs vfs.FS) vfs.FS { return fs }

func TestLoopsSpillWhereTheyAreTold(t *testing.T) {
	dirs, err := spills(t, same, set(t, "pipeline.loop.records-in-memory", "1", "io.tmp.dirs", "/a,/b/c"))
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"/a": true, "/b/c": true}, dirs)
	dirs, err = spills(t, same, set(t, "io.tmp.dirs", "/a"))
	require.NoError(t, err)
	require.Empty(t, dirs, "what fits into memory is not written")
}

// A disk that is full fails the task; the job starts again as after any failure.
func TestALoopWithoutRoomOnDisk(t *testing.T) {
	full := func(fs vfs.FS) vfs.FS {
		return vfs.Inject(fs, func(op vfs.Op, name string) error {
			if op == vfs.OpWrite && name == "/full/scratch" {
				return syscall.ENOSPC
			}
			return nil
		})
	}
	_, err := spills(t, full, func(c *config.Config) { c.LoopRecordsInMemory, c.TempDirs = 100, []string{"/full"} })
	require.ErrorIs(t, err, syscall.ENOSPC)
	_, message, _ := strings.Cut(err.Error(), ": ")
	require.Equal(t, "records of a loop wait on disk, in /full (io.tmp.dirs), since there are more than fit into memory (pipeline.loop.records-in-memory=100), "+
		"and they cannot be written: write /full/scratch: no space left on device; see to that disk, or name another one", message)
}
