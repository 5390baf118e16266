package runtime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/internal/control"
)

// ask runs a subcommand against the jobs of dir, without the arguments that their run was given.
func ask(dir string, args ...string) *command {
	c := newCommand(append(args, "-D", "execution.checkpointing.dir="+dir)...)
	c.build = nil
	return c
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

	requireError(t, exitFailed, "no job runs in "+dir+"; is that what its run was given as execution.checkpointing.dir?", "stop")
	requireError(t, exitFailed, "stop: the job in "+filepath.Join(dir, "WordCount")+" is not running", "stop", "--job", "WordCount")
	nowhere := filepath.Join(dir, "nowhere")
	c := ask(nowhere, "stop")
	c.requireExit(t, exitFailed)
	require.Equal(t, "wordcount: no job runs in "+nowhere+": there is no such folder\n", c.err.String())

	for _, name := range []string{"Join", "WordCount"} {
		folder := filepath.Join(dir, name)
		require.NoError(t, os.Mkdir(folder, 0o755))
		server, err := control.Listen(folder, func(_ control.Command, reply func(string, error)) { reply("/of/"+name, nil) })
		require.NoError(t, err)
		defer server.Close()
	}
	requireError(t, exitUsage, "several jobs run in "+dir+": Join, WordCount; say which with --job NAME", "stop")
	named := ask(dir, "savepoint", "--job=Join")
	named.requireExit(t, exitOK)
	require.Equal(t, "/of/Join\n", named.out.String())

	own := ask(filepath.Join(dir, "Join"), "savepoint", "-Dexecution.checkpointing.create-subdir=false")
	own.requireExit(t, exitOK)
	require.Equal(t, "/of/Join\n", own.out.String())
}
