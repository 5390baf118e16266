package wordcount_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// processTimeout ends a process that hangs, so that a test fails instead of waiting.
const processTimeout = 3 * time.Minute

// process is a child process whose standard error is followed line by line.
type process struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	exited chan struct{}
	err    error // of Wait, once exited

	mu    sync.Mutex
	more  *sync.Cond
	lines []string
	rest  []byte
	ended bool
}

// command is a process that is not started yet.
func command(t *testing.T, path string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), processTimeout)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, path, args...)
}

// start starts a process. It is killed at the end of the test if it still runs.
func start(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, exited: make(chan struct{})}
	p.more = sync.NewCond(&p.mu)
	cmd.Stdout, cmd.Stderr = &p.stdout, p
	require.NoError(t, cmd.Start())
	go func() {
		p.err = cmd.Wait()
		p.mu.Lock()
		p.ended = true
		if len(p.rest) > 0 {
			p.lines = append(p.lines, string(p.rest))
		}
		p.more.Broadcast()
		p.mu.Unlock()
		close(p.exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.exited
	})
	return p
}

// Write takes what the process writes to its standard error.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, b...)
	for {
		line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
		if !ok {
			break
		}
		p.lines, p.rest = append(p.lines, string(line)), rest
	}
	p.more.Broadcast()
	return len(b), nil
}

// waitFor waits for the nth line that contains text. The process must not end without.
func (p *process) waitFor(t *testing.T, text string, nth int) {
	t.Helper()
	if !p.find(text, nth) {
		<-p.exited
		t.Fatalf("the process ended (%v) before it wrote %q the %d. time; is its input too small?\n%s", p.err, text, nth, p.stderr())
	}
}

// find reports false if the process ends without such a line.
func (p *process) find(text string, nth int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for seen := 0; ; {
		for ; seen < len(p.lines); seen++ {
			if strings.Contains(p.lines[seen], text) {
				if nth--; nth == 0 {
					return true
				}
			}
		}
		if p.ended {
			return false
		}
		p.more.Wait()
	}
}

func (p *process) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n") + "\n"
}

// kill is kill -9.
func (p *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGKILL))
	<-p.exited
	status := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, status.Signaled() && status.Signal() == syscall.SIGKILL, "%v\n%s", p.err, p.stderr())
}

// resume lets a process go on that has stopped itself.
func (p *process) resume(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
}

// wait waits for the end of the process and returns its exit code, -1 after a signal.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	<-p.exited
	if p.err != nil {
		_, exited := errors.AsType[*exec.ExitError](p.err)
		require.True(t, exited, "%v", p.err)
	}
	return p.cmd.ProcessState.ExitCode()
}

// requireCode waits for the end of the process, which must be that code.
func (p *process) requireCode(t *testing.T, code int) {
	t.Helper()
	require.Equal(t, code, p.wait(t), p.stderr())
}

// run runs a command to its end.
func run(t *testing.T, path string, args ...string) *process {
	t.Helper()
	p := start(t, command(t, path, args...))
	p.wait(t)
	return p
}

// asChild is a command of this test binary as the program described at child.
func asChild(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := command(t, self, args...)
	cmd.Env = append(append(os.Environ(), envChild+"=1"), env...)
	return cmd
}
