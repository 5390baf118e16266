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

func TestTimeoutNamesTheSlowest(t *testing.T) {
	const head = "checkpoint 1 expired after 1s (execution.checkpointing.timeout): the slowest subtask is "
	for _, test := range []struct {
		name     string
		progress []Progress // by subtask; none of them has acknowledged
		want     string
	}{
		{"who holds the barrier up, though others are in an earlier phase",
			[]Progress{{Phase: Aligning, Since: 340 * ms}, {}},
			"A (1/1), aligning for 700ms, with 0 bytes written; 2 of 2 subtasks have not acknowledged"},
		{"not who is held up by others",
			[]Progress{{Waits: WaitsForRoom}, {Waits: WaitsForCalls}},
			"B (1/1), waiting for the barrier (it waits for calls) for 1s, with 0 bytes written; 2 of 2 subtasks have not acknowledged"},
		{"whoever is held up, if the others are further",
			[]Progress{{Waits: WaitsForRoom}, {Phase: Storing, Since: 900 * ms}},
			"A (1/1), waiting for the barrier (its output is full) for 1s, with 0 bytes written; 2 of 2 subtasks have not acknowledged"},
		{"whom the barrier has not reached",
			[]Progress{{Phase: Storing, Since: 900 * ms, Bytes: 10}, {}},
			"B (1/1), waiting for the barrier for 1s, with 0 bytes written; 2 of 2 subtasks have not acknowledged"},
		{"the earliest phase, once the barrier has passed",
			[]Progress{{Phase: Storing, Since: 900 * ms, Bytes: 10}, {Phase: PreCommitting, Since: 540 * ms, Bytes: 7}},
			"B (1/1), pre-committing for 500ms, with 7 bytes written; 2 of 2 subtasks have not acknowledged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := start(func(o *Options) {
				o.Tolerable = 1
				o.Progress = func(subtask int, id int64) Progress {
					require.EqualValues(t, 1, id)
					return test.progress[subtask]
				}
			})
			b.tick(40 * ms)
			actions := b.Tick(1040*ms, time.Unix(0, 0))
			require.Equal(t, "abort 1, discard 1, trigger 2", b.say(actions))
			require.EqualError(t, actions[0].(Abort).Reason, head+test.want)
			require.True(t, actions[0].(Abort).Failed)
			require.Equal(t, "discard 1", b.ack(1, 1), "what comes late is deleted")
		})
	}
}

func TestOneWhoHasAcknowledgedIsNotTheSlowest(t *testing.T) {
	b := start(func(o *Options) { o.Tolerable = 1 })
	b.tick(40 * ms)
	b.ack(1, 0)
	actions := b.Tick(1040*ms, time.Unix(0, 0))
	require.ErrorContains(t, actions[0].(Abort).Reason, "the slowest subtask is B (1/1), waiting for the barrier for 1s, with 0 bytes written")
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
	require.EqualError(t, err, "too many checkpoints failed: 2 in a row, 1 tolerated (execution.checkpointing.tolerable-failed-checkpoints); "+
		"the first: checkpoint 3: B (1/1): disk full; the last: checkpoint 4: publish its manifest: disk full")
	require.Equal(t, "discard 4", b.say(b.Decline(4, 0, disk)), "counted once")
	require.Equal(t, "abort 5, discard 5", fail(440*ms, 5), "tripping the limit clears the count")
}

func TestAnOlderSuccessClearsNothing(t *testing.T) {
	b := start(func(o *Options) { o.Tolerable = 1 })
	b.request(checkpoint.Savepoint)
	b.tick(40 * ms)
	require.Equal(t, "complete 2", b.store(2, nil))
	b.tick(140 * ms)
	require.Equal(t, "abort 3, discard 3", b.say(b.Decline(3, 0, errors.New("no"))))
	require.Equal(t, "complete 1", b.store(1, nil), "the savepoint")
	b.tick(240 * ms)
	require.Equal(t, "abort 4, discard 4, fail", b.say(b.Decline(4, 0, errors.New("no"))))
}

func TestFailuresAtOrBelowTheLastSuccessDoNotCount(t *testing.T) {
	b := start(nil)
	b.tick(40 * ms)
	b.request(checkpoint.Savepoint)
	require.Equal(t, "complete 2", b.store(2, nil))
	require.Equal(t, "abort 1, discard 1", b.say(b.Decline(1, 0, errors.New("no"))), "none is tolerated, yet the job goes on")
}

func TestWhatIsSubsumedHasNotFailed(t *testing.T) {
	b := start(func(o *Options) { o.MaxConcurrent = 2 })
	b.tick(40 * ms)
	b.tick(140 * ms)
	require.Equal(t, "abort 1, discard 1, complete 2", b.store(2, nil), "none is tolerated, yet the job goes on")
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
	require.Equal(t, []Barrier{{ID: 1, Triggered: 40 * time.Millisecond}}, b.Waiting(1))
}

func TestBacklogChangesTheInterval(t *testing.T) {
	b := start(func(o *Options) { o.BacklogInterval = 300 * ms })
	b.tick(40 * ms)
	b.store(1, nil)
	b.Backlog(0, true, 50*ms)
	b.Backlog(1, true, 60*ms)
	require.Equal(t, "trigger 2", b.tick(140*ms), "it was due already")
	b.store(2, nil)
	require.Equal(t, "", b.tick(439*ms))
	require.Equal(t, "trigger 3", b.tick(440*ms))
	b.store(3, nil)
	b.Backlog(0, false, 450*ms)
	require.Equal(t, "", b.tick(550*ms), "any source in backlog counts")
	b.Finished(1, 560*ms)
	at, _ := b.Wake()
	require.Equal(t, 660*ms, at, "the end of input clears it, and the next is due one interval later")
	require.Equal(t, "trigger 4", b.tick(660*ms))
	b.Backlog(1, true, 661*ms)
	b.store(4, nil)
	require.Equal(t, "trigger 5", b.tick(760*ms), "who has finished has no backlog")
}

func TestBacklogTurnsCheckpointsOff(t *testing.T) {
	b := start(nil)
	b.Backlog(0, true, 0)
	require.Equal(t, "", b.tick(time.Hour))
	_, wakes := b.Wake()
	require.False(t, wakes)
	require.False(t, b.Expects())
	require.Equal(t, "trigger 1", b.request(checkpoint.Savepoint), "it holds periodic ones only")
	b.store(1, nil)
	b.Backlog(0, false, b.now)
	require.Equal(t, "trigger 2", b.tick(b.now), "at once: one was due long ago")
}

func TestNoPeriodicCheckpointsAfterTheFirstEnd(t *testing.T) {
	for _, until := range []bool{false, true} {
		b := start(func(o *Options) { o.UntilFirstEnd = until })
		b.Finished(1, 0)
		if want := "trigger 1"; !until {
			require.Equal(t, want, b.tick(40*ms))
			b.store(1, nil)
			continue
		}
		require.Equal(t, "", b.tick(time.Hour))
		require.Equal(t, "trigger 1", b.request(checkpoint.Final), "the final one is always taken")
	}
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

// A region that is restarted gives up what it can no longer acknowledge. That is no failure, and what was due meanwhile comes when all run again.
func TestRestart(t *testing.T) {
	b := start(func(o *Options) { o.MaxConcurrent, o.UntilFirstEnd = 2, true })
	again := errors.New("again")
	b.tick(40 * ms)
	b.ack(1, 0)
	require.Equal(t, "publish 1", b.ack(1, 1))
	require.Equal(t, "trigger 2", b.tick(140*ms))
	b.Finished(1, b.now)
	require.Equal(t, "trigger 3", b.request(checkpoint.StopSavepoint))
	actions := b.Restart([]int{1}, b.now, again)
	require.Equal(t, "abort 2, discard 2, abort 3, discard 3", b.say(actions), "none is tolerated, yet the job goes on")
	require.ErrorIs(t, actions[0].(Abort).Reason, again)
	require.False(t, actions[0].(Abort).Failed)
	require.Equal(t, "complete 1", b.say(b.Published(&checkpoint.Checkpoint{ID: 1}, b.now, nil)), "it was on its way")
	require.Equal(t, "discard 2", b.ack(2, 0))
	require.Equal(t, "", b.tick(500*ms))
	require.Equal(t, "", b.say(b.Restart([]int{1}, b.now, again)), "it has failed again")
	b.Resume(b.now, false)
	require.Equal(t, "trigger 4", b.tick(500*ms), "the stop is forgotten, and that a subtask had come to its end")
}

// Where sources wait for the first checkpoint behind a restart it is not put off until the next one is due, but for the pause.
func TestRestartThatSourcesWaitFor(t *testing.T) {
	b := start(func(o *Options) { o.MinPause = 20 * ms })
	b.tick(40 * ms)
	b.store(1, nil)
	b.Restart([]int{1}, b.now, errors.New("again"))
	b.tick(50 * ms)
	b.Resume(b.now, true)
	require.Equal(t, "", b.tick(59*ms))
	require.Equal(t, "trigger 2", b.tick(60*ms))
}

// From when the last checkpoint of a run is on its way the run ends with it.
func TestEnds(t *testing.T) {
	b := start(nil)
	b.tick(40 * ms)
	b.ack(1, 0)
	b.ack(1, 1)
	require.False(t, b.Ends())
	b.request(checkpoint.Final)
	b.ack(2, 0)
	require.False(t, b.Ends(), "it may still be given up")
	b.ack(2, 1)
	require.True(t, b.Ends())
}
