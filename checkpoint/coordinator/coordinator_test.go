package coordinator

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

const ms = time.Millisecond

// bench is a coordinator of two subtasks with a clock, and what it said last.
type bench struct {
	*Coordinator
	now  time.Duration
	said string
}

func start(change func(*Options)) *bench {
	o := Options{Interval: 100 * ms, Timeout: time.Second, MaxConcurrent: 1, NextID: 1, Subtasks: []string{"A (1/1)", "B (1/1)"}, FirstDelay: 40 * ms}
	if change != nil {
		change(&o)
	}
	return &bench{Coordinator: New(o, 0)}
}

// say notes actions in words.
func (b *bench) say(actions []Action) string {
	var words []string
	for _, action := range actions {
		switch a := action.(type) {
		case Trigger:
			words = append(words, fmt.Sprint("trigger ", a.Barrier.ID))
		case Publish:
			words = append(words, fmt.Sprint("publish ", a.Checkpoint.ID))
		case Complete:
			words = append(words, fmt.Sprint("complete ", a.Checkpoint.ID))
		case Abort:
			words = append(words, fmt.Sprint("abort ", a.Barrier.ID))
		case Discard:
			words = append(words, fmt.Sprint("discard ", a.ID))
		case Fail:
			words = append(words, "fail")
		}
	}
	b.said = strings.Join(words, ", ")
	return b.said
}

func (b *bench) tick(to time.Duration) string {
	b.now = to
	return b.say(b.Tick(b.now, time.Unix(0, 0)))
}

func (b *bench) request(kind checkpoint.Kind) string {
	return b.say([]Action{b.Request(kind, b.now, time.Unix(0, 0))})
}

func (b *bench) ack(id int64, subtask int) string {
	return b.say(b.Acknowledge(id, subtask, checkpoint.Subtask{}, b.now))
}

// store publishes what both subtasks acknowledge.
func (b *bench) store(id int64, err error) string {
	b.ack(id, 0)
	actions := b.Acknowledge(id, 1, checkpoint.Subtask{}, b.now)
	return b.say(b.Published(actions[0].(Publish).Checkpoint, b.now, err))
}

func TestPeriodicCheckpoints(t *testing.T) {
	b := start(nil)
	require.Equal(t, "", b.tick(39*ms))
	require.Equal(t, "trigger 1", b.tick(40*ms))
	require.Equal(t, "", b.ack(1, 0))
	require.Equal(t, "discard 1", b.ack(1, 0), "twice")
	require.Equal(t, "publish 1", b.ack(1, 1))
	require.Equal(t, "", b.tick(140*ms), "one at a time")
	require.Equal(t, "complete 1", b.say(b.Published(&checkpoint.Checkpoint{ID: 1}, b.now, nil)))
	require.Equal(t, "trigger 2", b.tick(140*ms))
	b.store(2, nil)
	require.Equal(t, "trigger 3", b.tick(1000*ms), "what was missed is not made up for")
	require.Equal(t, "", b.tick(1000*ms))
}

func TestNoIntervalNoCheckpoints(t *testing.T) {
	b := start(func(o *Options) { o.Interval = 0 })
	require.Equal(t, "", b.tick(time.Hour))
	_, wakes := b.Wake()
	require.False(t, wakes)
	require.Equal(t, "trigger 1", b.request(checkpoint.Final))
	require.Equal(t, "complete 1", b.store(1, nil))
}

func TestMinPauseRunsFromTheLastCompletion(t *testing.T) {
	b := start(func(o *Options) { o.MinPause = 80 * ms })
	b.tick(40 * ms)
	b.tick(130 * ms)
	b.store(1, nil)
	require.Equal(t, "", b.tick(209*ms))
	at, _ := b.Wake()
	require.Equal(t, 210*ms, at)
	require.Equal(t, "trigger 2", b.tick(210*ms))
	b.store(2, nil)
	require.Equal(t, "trigger 3", b.request(checkpoint.Savepoint), "it holds periodic ones only")
}

func TestTimeoutNamesWhoIsMissing(t *testing.T) {
	b := start(func(o *Options) { o.Tolerable = 1 })
	b.tick(40 * ms)
	b.ack(1, 0)
	b.now = 1040 * ms
	actions := b.Tick(b.now, time.Unix(0, 0))
	require.Equal(t, "abort 1, discard 1, trigger 2", b.say(actions))
	require.ErrorContains(t, actions[0].(Abort).Reason, "checkpoint 1 expired after 1s (execution.checkpointing.timeout): waiting for B (1/1)")
	require.Equal(t, "discard 1", b.ack(1, 1), "what comes late is deleted")
}

func TestFailuresInARow(t *testing.T) {
	b := start(func(o *Options) { o.Tolerable = 1 })
	disk := errors.New("disk full")
	fail := func(at time.Duration, id int64) string {
		b.tick(at)
		return b.say(b.Decline(id, 1, disk))
	}
	require.Equal(t, "abort 1, discard 1", fail(40*ms, 1))
	b.tick(140 * ms)
	require.Equal(t, "complete 2", b.store(2, nil), "a success clears the count")
	require.Equal(t, "abort 3, discard 3", fail(240*ms, 3))
	b.tick(340 * ms)
	b.ack(4, 0)
	actions := b.Acknowledge(4, 1, checkpoint.Subtask{}, b.now)
	actions = b.Published(actions[0].(Publish).Checkpoint, b.now, disk)
	require.Equal(t, "abort 4, discard 4, fail", b.say(actions))
	err := actions[2].(Fail).Err
	require.ErrorIs(t, err, ErrTooManyFailures)
	require.ErrorIs(t, err, disk)
	require.ErrorContains(t, err, "2 in a row, 1 tolerated")
	require.Equal(t, "discard 4", b.say(b.Decline(4, 0, disk)), "counted once")
	require.Equal(t, "abort 5, discard 5", fail(440*ms, 5), "tripping the limit clears the count")
}

func TestSavepointsDoNotCountAndSubsumeNothing(t *testing.T) {
	b := start(nil)
	b.tick(40 * ms)
	require.Equal(t, "trigger 2", b.request(checkpoint.Savepoint))
	require.Equal(t, "complete 2", b.store(2, nil))
	require.Equal(t, "complete 1", b.store(1, nil), "a savepoint does not subsume what is older")
	require.Equal(t, "trigger 3", b.request(checkpoint.Savepoint))
	require.Equal(t, "abort 3, discard 3", b.say(b.Decline(3, 0, errors.New("no"))), "none is tolerated, yet the job goes on")
}

func TestCompletionSubsumesWhatIsOlderButSavepoints(t *testing.T) {
	b := start(func(o *Options) { o.MaxConcurrent = 2 })
	b.tick(40 * ms)
	b.request(checkpoint.Savepoint)
	require.Equal(t, "trigger 3", b.tick(140*ms))
	require.Equal(t, "abort 1, discard 1, complete 3", b.store(3, nil))
	require.Equal(t, "complete 2", b.store(2, nil))
}

func TestNothingFollowsTheEnd(t *testing.T) {
	b := start(nil)
	require.Equal(t, "trigger 1", b.request(checkpoint.StopSavepoint))
	require.Equal(t, "", b.tick(500*ms))
	require.Equal(t, "abort 1, discard 1", b.say(b.Decline(1, 0, errors.New("no"))))
	require.Equal(t, "trigger 2", b.tick(500*ms), "a stop that failed is forgotten")
	b.store(2, nil)
	require.Equal(t, "trigger 3", b.request(checkpoint.Final))
	require.Equal(t, "abort 3, discard 3, fail", b.say(b.Decline(3, 0, errors.New("no"))), "without it nothing is finished")
}

func TestASubtaskAtItsEndIsToldWhatItMissed(t *testing.T) {
	b := start(nil)
	b.tick(40 * ms)
	b.ack(1, 0)
	require.Empty(t, b.Waiting(0))
	require.Equal(t, []Barrier{{ID: 1}}, b.Waiting(1))
}

// What a checkpoint under way may rest on must not be deleted: the newest one that was complete when it was triggered, and what came after that.
func TestOldestBase(t *testing.T) {
	b := start(func(o *Options) { o.MaxConcurrent, o.NextID = 3, 5 })
	require.EqualValues(t, 5, b.OldestBase(), "nothing of an earlier run")
	b.tick(40 * ms)
	b.store(5, nil)
	require.EqualValues(t, 5, b.OldestBase())
	b.tick(140 * ms)
	b.tick(240 * ms)
	require.Equal(t, "complete 6", b.store(6, nil))
	require.EqualValues(t, 5, b.OldestBase(), "7 was triggered when 5 was the newest")
	require.Equal(t, "trigger 8", b.request(checkpoint.Savepoint))
	require.Equal(t, "complete 8", b.store(8, nil))
	require.EqualValues(t, 5, b.OldestBase(), "nothing rests on a savepoint")
	require.Equal(t, "complete 7", b.store(7, nil))
	require.EqualValues(t, 7, b.OldestBase())
}
