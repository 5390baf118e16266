package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// taking is a task that does something with each record.
type taking struct {
	Task
	taken []int
	does  func(record int)
}

func (t *taking) Process(_ int, records Records) {
	for record := range Rest[int](&t.Task, records) {
		t.taken = append(t.taken, record)
		t.does(record)
	}
}

// takingSubtask is a subtask before which a batch of five records waits, with what follows them.
func takingSubtask(does func(s *subtask, record int)) (*subtask, *taking) {
	s, _ := marking(1)
	t := &taking{Task: Task{info: s.task.info, times: s.task.times}}
	t.does = func(record int) { does(s, record) }
	s.runner, s.task, s.life = t, &t.Task, running
	s.mailbox.wake, s.mailbox.hurried = func() {}, &t.hurried
	s.channels[0].queue = []Records{&batch[int]{records: []int{1, 2, 3, 4, 5}}}
	return s, t
}

// What is urgent, or a barrier that may overtake, has its turn between two records of a batch.
func TestWhatIsUrgentIsTakenBetweenTwoRecords(t *testing.T) {
	for name, comes := range map[string]func(s *subtask){
		"a command": func(s *subtask) { s.mailbox.urge(cut{}) },
		"a barrier": func(s *subtask) {
			s.mailbox.deliver(0, &batch[int]{batchHead: batchHead{barrier: &coordinator.Barrier{ID: 1}}})
		},
		"the watchdog, whom a checkpoint waits for": func(s *subtask) {
			w := newWatchdog(1, 1)
			require.NoError(t, w.look(0, []*subtask{s}, func(int) bool { return true }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, task := takingSubtask(func(s *subtask, record int) {
				if record == 3 {
					comes(s)
				}
			})
			require.Equal(t, busy, s.step())
			require.Equal(t, []int{1, 2, 3}, task.taken, "violation: what is taken before what is urgent")
			require.EqualValues(t, 3, s.received.Load(), "what a progress line counts")
			for len(task.taken) < 5 {
				require.Equal(t, busy, s.step())
			}
			require.Equal(t, []int{1, 2, 3, 4, 5}, task.taken)
			require.EqualValues(t, 5, s.received.Load())
		})
	}
}

// The watchdog may look between the beginning of a step and its taking of the mailbox, which forgets what was urgent. So it says so at every look.
func TestTheWatchdogHurriesAStepAsLongAsItLasts(t *testing.T) {
	w := newWatchdog(10, 1)
	s, task := takingSubtask(func(s *subtask, record int) {
		require.NoError(t, w.look(1, []*subtask{s}, func(int) bool { return true }))
		if record == 1 {
			s.task.hurried.Store(false) // as collect does when that was the first look
		}
	})
	require.Equal(t, busy, s.step())
	require.Equal(t, []int{1, 2}, task.taken, "violation: what is taken while a checkpoint waits")
}

// What is not urgent does not make batches small: the results of calls, for example, may be many.
func TestWhatIsNotUrgentWaitsForTheBatch(t *testing.T) {
	s, task := takingSubtask(func(s *subtask, _ int) {
		s.mailbox.send(resume{})
		s.mailbox.deliver(0, &batch[int]{records: []int{6}})
		s.mailbox.nudge()
	})
	require.Equal(t, busy, s.step())
	require.Len(t, task.taken, 5)
}

func TestFloorsGiveWayBetweenTwoRecordsToo(t *testing.T) {
	s, task := takingSubtask(func(s *subtask, _ int) { s.mailbox.urge(cut{}) })
	task.floors = floors{groups: 1, ahead: []runtime.Time{10}, last: 10}
	s.channels[0].edge.batches = keyless{}
	require.Equal(t, busy, s.step())
	require.Equal(t, []int{1}, task.taken)
}

// keyless is the codec of records without a key.
type keyless struct{ batchCodec }

func (keyless) nextHash(Records) (uint64, bool) { return 0, false }

func TestTimersGiveWayBetweenTwo(t *testing.T) {
	s, task := takingSubtask(nil)
	var q timer.Queue[int]
	stamps := make([]timer.Event, 3)
	for i := range stamps {
		stamps[i].Set(10)
		q.Follow(i, uint64(i), 0, stamps[i].Stamp(), new(timer.Stamp))
	}
	q.Begin(20)
	fired := 0
	fire := func() {
		for range Due(&task.Task, &q) {
			fired++
			s.mailbox.urge(cut{})
		}
	}
	fire()
	require.Equal(t, 1, fired)
	s.collect()
	fire()
	require.Equal(t, 2, fired)
}
