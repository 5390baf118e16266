package runtime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/internal/control"
)

// ask runs a subcommand against the jobs of dir, without the arguments that their run was given.
func ask(dir string, args ...string) *command {
	return newCommand(append(args, "-D", "execution.checkpointing.dir="+dir)...)
}

func TestSavepointStopAndCancelReachTheRunningJob(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running := stoppable(run, stopped)
	wait := run.start(t)
	<-running

	savepoint := ask(dir, "savepoint")
	savepoint.requireExit(t, exitOK)
	require.Equal(t, "/savepoints/1\n", savepoint.out.String())

	stop := ask(dir, "stop", "--job", "WordCount")
	stop.requireExit(t, exitOK)
	require.Equal(t, "/savepoints/2\n", stop.out.String())
	require.Equal(t, exitOK, wait())

	again := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running = stoppable(again, func(r Request) (Outcome, error) {
		require.Equal(t, RequestCancel, r.Kind)
		r.Reply("", nil)
		return Cancelled, nil
	})
	wait = again.start(t)
	<-running
	cancel := ask(dir, "cancel")
	cancel.requireExit(t, exitOK)
	require.Empty(t, cancel.out.String())
	require.Equal(t, exitOK, wait())
}

func TestStopWithDrain(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running := stoppable(run, func(r Request) (Outcome, error) {
		require.Equal(t, RequestDrain, r.Kind)
		r.Reply("/savepoints/2", nil)
		return Stopped, nil
	})
	wait := run.start(t)
	<-running
	stop := ask(dir, "stop", "--drain")
	stop.requireExit(t, exitOK)
	require.Equal(t, "/savepoints/2\n", stop.out.String())
	require.Equal(t, exitOK, wait())
	require.Contains(t, run.err.String(), "its input was ended: no run goes on from what is in /savepoints/2; --fresh begins from nothing")
}

func TestStopThatFails(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running := stoppable(run, func(r Request) (Outcome, error) {
		r.Reply("/savepoints/2", nil)
		return 0, errors.New("Totals: close: disk full")
	})
	wait := run.start(t)
	<-running
	stop := ask(dir, "stop")
	stop.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: stop: Totals: close: disk full\n", stop.err.String())
	require.Equal(t, "/savepoints/2\n", stop.out.String(), "the savepoint is there")
	require.Equal(t, exitFailed, wait())
}

func TestStopOfAJobThatEndsBefore(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running := stoppable(run, func(Request) (Outcome, error) { return Finished, nil })
	wait := run.start(t)
	<-running
	stop := ask(dir, "stop")
	stop.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: stop: the job ended before that\n", stop.err.String())
	require.Equal(t, exitOK, wait())
}

// A start that fails must not take the socket from the runner that has the folder.
func TestStartThatFailsLeavesTheSocket(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	running := stoppable(run, stopped)
	wait := run.start(t)
	<-running

	second := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	second.job.run = func(context.Context, Environment) (Outcome, error) { return 0, errors.New("Totals: another connector") }
	second.requireExit(t, exitFailed)

	ask(dir, "stop").requireExit(t, exitOK)
	require.Equal(t, exitOK, wait())
}

func TestFindingTheJob(t *testing.T) {
	dir := t.TempDir()
	requireError := func(t *testing.T, code int, want string, args ...string) {
		t.Helper()
		c := ask(dir, args...)
		c.requireExit(t, code)
		require.Equal(t, "wordcount: "+want+"\n", c.err.String())
	}

	requireError(t, exitFailed, "stop: no job runs in "+dir+"; is that what its run was given as execution.checkpointing.dir?", "stop")
	requireError(t, exitFailed, "stop: no job runs in "+dir+"; is that what its run was given as execution.checkpointing.dir?", "stop", "--job", "WordCount")
	nowhere := filepath.Join(dir, "nowhere")
	c := ask(nowhere, "stop")
	c.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: stop: no job runs in "+nowhere+": there is no such folder\n", c.err.String())

	serve := func(name string) *control.Server {
		folder := filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(folder, 0o755))
		server, err := control.Listen(folder, name, func(_ control.Command, _ func(string), reply func(string, error)) { reply("/of/"+name, nil) })
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, server.Close()) })
		return server
	}
	requireAnswer := func(t *testing.T, want string, args ...string) {
		t.Helper()
		c := ask(dir, args...)
		c.requireExit(t, exitOK)
		require.Equal(t, want+"\n", c.out.String())
	}

	// What is asked of a job that does not run is asked of no other.
	serve("Join")
	requireError(t, exitFailed, "stop: WordCount does not run in "+dir+", but Join does: say --job NAME if that is meant", "stop")
	requireAnswer(t, "/of/Join", "savepoint", "--job=Join")
	serve("Totals")
	requireError(t, exitFailed, "cancel: WordCount does not run in "+dir+", but Join and Totals do: say --job NAME if that is meant", "cancel")
	// The program's own needs no name.
	serve("WordCount")
	requireAnswer(t, "/of/WordCount", "savepoint")
	requireAnswer(t, "/of/WordCount", "stop")
	requireAnswer(t, "/of/Join", "stop", "--job", "Join")

	within := filepath.Join(dir, "Join")
	const together = "-Dexecution.checkpointing.create-subdir=false"
	other := ask(within, "savepoint", together)
	other.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: savepoint: the job that runs in "+within+" is Join, not WordCount\n", other.err.String())
	own := ask(within, "savepoint", together, "--job=Join")
	own.requireExit(t, exitOK)
	require.Equal(t, "/of/Join\n", own.out.String())
	below := ask(within, "savepoint")
	below.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: savepoint: WordCount does not run in a folder of its own below "+within+", but a job runs in that itself: "+
		"was its run given execution.checkpointing.create-subdir=false?\n", below.err.String())
}

// The pipeline is asked for its name, as if no arguments were given; one that needs some is told of by name.
func TestNameOfAPipelineThatNeedsArguments(t *testing.T) {
	dir := t.TempDir()
	c := ask(dir, "stop")
	c.build = func() Pipeline { panic("--broker is missing") }
	c.requireExit(t, exitFailed)
	require.Contains(t, c.err.String(), "wordcount: which job? The pipeline of this program could not be asked for its name: say it with --job NAME: "+
		"the function that builds the pipeline panicked: --broker is missing\n")

	named := ask(dir, "stop", "--job", "WordCount")
	named.build = c.build
	named.requireExit(t, exitFailed)
	require.Contains(t, named.err.String(), "no job runs in "+dir)
}

// waitingRegion is a job of which a region has failed, and that answers what is asked of it when it runs again.
func waitingRegion(c *command, answer func(ctx context.Context, r Request) (Outcome, error)) (waits <-chan struct{}) {
	waiting := make(chan struct{})
	c.job.run = func(ctx context.Context, env Environment) (Outcome, error) {
		if err := takeFolder(env, c.job.name); err != nil {
			return 0, err
		}
		right := []string{"Right", "Sum"}
		env.OnEvent(Event{Kind: EventFailed, Tasks: []string{"Left"}, Err: errors.New("disk full")})
		env.OnEvent(Event{Kind: EventRestarting, Tasks: []string{"Left"}, Delay: time.Second})
		env.OnEvent(Event{Kind: EventFailed, Tasks: right, Err: errors.New("disk full")})
		env.OnEvent(Event{Kind: EventRestarting, Tasks: right, Delay: 57 * time.Second})
		env.OnEvent(Event{Kind: EventRunning, Tasks: []string{"Left"}})
		close(waiting)
		r := <-env.Requests
		return answer(ctx, r)
	}
	return waiting
}

const waitingForRight = "waiting for the region of Right, Sum, which has failed and is restarted in 57s\n"

// A savepoint needs every region. Who asks for one while a region waits is told so at once.
func TestWhoAsksIsToldWhichRegionIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	run := newCommand("run", "-Dexecution.checkpointing.dir="+dir)
	said := make(chan struct{})
	waits := waitingRegion(run, func(_ context.Context, r Request) (Outcome, error) {
		<-said
		return stopped(r)
	})
	wait := run.start(t)
	<-waits
	stop := ask(dir, "stop")
	writer, heard := stop.err.heard("wordcount: stop: " + waitingForRight)
	stop.program.err = writer
	stopped := stop.start(t)
	<-heard
	close(said)
	require.Equal(t, exitOK, stopped())
	require.Equal(t, "/savepoints/2\n", stop.out.String())
	require.Equal(t, exitOK, wait())
}

func TestASignalSaysWhichRegionIsWaitedFor(t *testing.T) {
	run := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
	waits := waitingRegion(run, func(ctx context.Context, r Request) (Outcome, error) {
		run.signals <- os.Interrupt // the second
		<-ctx.Done()
		r.Reply("", errors.New("the job was cancelled"))
		return Cancelled, nil
	})
	wait := run.start(t)
	<-waits
	run.signals <- os.Interrupt
	require.Equal(t, exitOK, wait())
	require.Contains(t, run.err.String(), "stopping with a savepoint; interrupt again to cancel without one\n"+waitingForRight+
		"cancelling; interrupt again to wait no longer\n")
	require.NotContains(t, run.err.String(), "the stop failed")
	require.Contains(t, run.err.String(), "WordCount cancelled after")
}
