package wordcount_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// What a child is told by its environment.
const (
	envChild    = "WORDCOUNT_CHILD"     // set: be the child
	envHalt     = "WORDCOUNT_HALT"      // where to halt: see halt
	envPause    = "WORDCOUNT_PAUSE"     // where to stop as by SIGSTOP, in the same form
	envLines    = "WORDCOUNT_LINES"     // lines a millisecond and subtask, unset: as fast as it goes
	envFileSize = "WORDCOUNT_FILE_SIZE" // no file may be bigger, in bytes
	envExec     = "WORDCOUNT_EXEC"      // be this program instead, within the limit
)

// child is the main function of the test binary as a child process: the command wordcount, which halts where it is told to, and reads
// slowly. It does not return.
func child() {
	if size := os.Getenv(envFileSize); size != "" {
		n, err := strconv.ParseUint(size, 10, 64)
		must(err)
		must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}))
	}
	os.Args[0] = "wordcount"
	if path := os.Getenv(envExec); path != "" {
		must(syscall.Exec(path, os.Args, os.Environ()))
	}
	h, err := newHalt(os.Getenv(envHalt))
	if where := os.Getenv(envPause); where != "" {
		h, err = newHalt(where)
		h.pause = true
	}
	must(err)
	flag.CommandLine = flag.NewFlagSet("wordcount", flag.ExitOnError) // without those of testing
	output := flag.String("output", "totals", "folder of the totals")
	runtime.Main(func() runtime.Pipeline {
		lines := slowly{Source: file.Lines(flag.Args()...).SplitSize(1 << 20), read: func() { h.reached("read") }}
		if n := os.Getenv(envLines); n != "" {
			lines.lines, err = strconv.Atoi(n)
			must(err)
			lines.every = time.Millisecond
		}
		return &halting{
			halt: h,
			WordCount: &wordcount.WordCount{
				Lines:  lines,
				Totals: file.JSONL[wordcount.Total](*output).On(vfs.Inject(vfs.OS(), h.sink)),
			},
		}
	})
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(3)
	}
}

// halting is word count, wired to a halt.
type halting struct {
	*wordcount.WordCount
	halt *halt
}

func (p *halting) StreamgenJob() runtime.Job {
	return &haltingJob{Job: p.WordCount.StreamgenJob(), halt: p.halt}
}

// haltingJob tells a halt of the job's events and of what it does to its storage.
type haltingJob struct {
	runtime.Job
	halt *halt
}

func (j *haltingJob) Run(ctx context.Context, env runtime.Environment) (runtime.Outcome, error) {
	listen := env.OnEvent
	env.OnEvent = func(e runtime.Event) {
		listen(e)
		j.halt.event(e)
	}
	env.FS = vfs.Inject(env.FS, j.halt.storage)
	return j.Job.Run(ctx, env)
}
