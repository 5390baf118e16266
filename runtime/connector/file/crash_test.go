package file

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

var errPowerLoss = errors.New("power loss")

// machine is a file system that loses power before a chosen operation, or on which the process is killed there.
type machine struct {
	disk    *vfs.Mem
	kill    bool
	crashIn int // operations from now on; negative: never
	seed    uint64
	crashed *vfs.Mem
	ops     int
}

func (m *machine) before(op vfs.Op, _ string) error {
	if m.crashed != nil {
		return errPowerLoss
	}
	if !op.Changes() {
		return nil
	}
	if m.ops == m.crashIn {
		m.crashed = m.disk
		if !m.kill {
			m.crashed = m.disk.Crash(rand.New(rand.NewPCG(m.seed, 0)))
		}
		return errPowerLoss
	}
	m.ops++
	return nil
}

// model is a job with one sink, and what a reader of its output must see.
type model struct {
	t       require.TestingT
	machine machine
	sink    *Sink[string]
	writer  runtime.Writer[string]
	attempt int
	next    int64 // the next checkpoint
	// written is the current transaction, pending are those prepared and not synced, synced those that a checkpoint may hold.
	written string
	pending []transaction
	synced  []transaction
	// published are the handles of the completed checkpoint, which are to be committed; visible is what they and those before stand for.
	published [][]byte
	visible   string
	// committed is what Commit has acknowledged: a reader sees it, whatever happens.
	committed string
}

type transaction struct {
	runtime.Transaction
	content string
}

func newModel(t require.TestingT, crashIn int, seed uint64) *model {
	m := &model{t: t, machine: machine{disk: vfs.NewMem(), crashIn: crashIn, seed: seed}}
	m.start()
	return m
}

// check passes errors of a power loss.
func (m *model) check(err error) bool {
	if m.machine.crashed != nil {
		require.Error(m.t, err)
		return false
	}
	require.NoError(m.t, err)
	return true
}

// start is what every start of a job does.
func (m *model) start() {
	m.attempt++
	m.sink = WriteLines("/a/out").On(vfs.Inject(m.machine.disk, m.machine.before))
	m.written, m.pending, m.synced = "", nil, nil
	if !m.commit() {
		return
	}
	if !m.check(m.sink.Abort(context.Background(), "A")) {
		return
	}
	content, pending := output(m.t, m.machine.disk, "/a/out")
	require.Equal(m.t, m.visible, content)
	require.Zero(m.t, pending)
	var err error
	m.writer, err = m.sink.Open(sinkContext("A", m.attempt))
	m.check(err)
}

func (m *model) write(text string) {
	if m.check(m.writer.Write([]string{text})) {
		m.written += text + "\n"
	}
}

func (m *model) prepare() {
	m.next++
	tx, err := m.writer.Prepare(m.next)
	if !m.check(err) || tx.Handle == nil {
		return
	}
	m.pending = append(m.pending, transaction{tx, m.written})
	m.written = ""
}

func (m *model) sync() {
	if len(m.pending) == 0 || !m.check(m.pending[0].Sync()) {
		return
	}
	m.synced = append(m.synced, m.pending[0])
	m.pending = m.pending[1:]
}

// publish completes a checkpoint: the decision is made, whatever happens now.
func (m *model) publish() {
	for _, tx := range m.synced {
		m.published = append(m.published, tx.Handle)
		m.visible += tx.content
	}
	m.synced = nil
}

func (m *model) commit() bool {
	for _, h := range m.published {
		if !m.check(m.sink.Commit(context.Background(), h)) {
			return false
		}
	}
	m.published, m.committed = nil, m.visible
	return true
}

// killed is what the next start finds: after a power loss, or after kill -9, which loses nothing that is on the disk or on its way.
func (m *model) killed() {
	disk := m.machine.disk
	if m.machine.crashed != nil {
		disk = m.machine.crashed
	}
	content, _ := output(m.t, disk, "/a/out")
	require.True(m.t, strings.HasPrefix(content, m.committed), "committed %q, left %q", m.committed, content)
	require.True(m.t, strings.HasPrefix(m.visible, content), "may be visible %q, left %q", m.visible, content)
	m.machine.disk, m.machine.crashed, m.machine.ops = disk, nil, 0
}

// TestPowerLossAtEveryOperation runs a job that commits several times, small and big files, and loses power before each operation.
func TestPowerLossAtEveryOperation(t *testing.T) {
	script := func(m *model) {
		steps := []func(){
			func() { m.write("a") }, m.prepare, m.sync, m.publish, func() { m.commit() },
			func() { m.write(strings.Repeat("b", flushSize+1)) }, func() { m.write("c") }, m.prepare,
			func() { m.write("d") }, m.sync, m.prepare, m.publish, m.sync, func() { m.commit() }, m.publish, func() { m.commit() },
			func() { m.write("e") },
		}
		for _, step := range steps {
			if m.machine.crashed != nil {
				return
			}
			step()
		}
	}
	whole := newModel(t, -1, 0)
	script(whole)
	operations := whole.machine.ops
	require.Greater(t, operations, 15)
	for crashIn := range operations {
		t.Run(fmt.Sprint(crashIn), func(t *testing.T) {
			for seed := range uint64(30) {
				m := newModel(t, crashIn, seed)
				script(m)
				m.killed()
				m.machine.crashIn = -1
				m.start() // checks that what was published is there, and nothing else
			}
		})
	}
}

// TestPowerLossAfterAKill kills a job at each operation of its start. What the next one commits survives the power loss that follows,
// though it finds folders that nobody has made durable.
func TestPowerLossAfterAKill(t *testing.T) {
	for crashIn := range 8 {
		m := &model{t: t, machine: machine{disk: vfs.NewMem(), crashIn: crashIn, kill: true}}
		m.start()
		m.killed()
		m.machine.crashIn = -1
		m.start()
		m.write("a")
		m.prepare()
		m.sync()
		m.publish()
		m.commit()
		content, _ := output(t, m.machine.disk.Crash(nil), "/a/out")
		require.Equal(t, "a\n", content)
	}
}

// TestAnyOrder runs random steps with random power losses and kills, also while the job starts again.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		crash := func() int { return rapid.IntRange(-1, 25).Draw(rt, "crash in") }
		m := newModel(rt, crash(), rapid.Uint64().Draw(rt, "seed"))
		restart := func() {
			m.killed()
			m.machine.crashIn = crash()
			m.machine.kill = rapid.Bool().Draw(rt, "kill")
			m.start()
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			for m.machine.crashed != nil {
				restart()
			}
			switch rapid.IntRange(0, 6).Draw(rt, "step") {
			case 0, 1:
				m.write(strings.Repeat("x", rapid.SampledFrom([]int{1, 10, flushSize + 1}).Draw(rt, "length")))
			case 2:
				m.prepare()
			case 3:
				m.sync()
			case 4:
				m.publish()
			case 5:
				m.commit()
			case 6:
				restart()
			}
		}
		m.killed()
		m.machine.crashIn = -1
		m.start()
	})
}
