package main

import (
	"fmt"
	"os"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// mode is one way to take checkpoints.
type mode func(c *config.Checkpointing)

func aligned(*config.Checkpointing)       {}
func atLeastOnce(c *config.Checkpointing) { c.Mode = config.AtLeastOnce }
func unaligned(c *config.Checkpointing)   { c.Unaligned = true }
func incremental(c *config.Checkpointing) { c.Incremental = true }

func (m mode) option() runtime.Option {
	return runtime.WithConfig(func(c *config.Config) { m(&c.Checkpointing) })
}

// modes compares the same jobs with checkpoints every second, in each mode, and without.
func modes(runs int, seconds float64) bool {
	const keys = 100_000
	fmt.Printf("\n%-44s %12s %12s %7s %8s %14s\n", "checkpoints at 1 s, 2x2, 100k keys", "with", "without", "ratio", "wanted", "spread")
	counts := func(n int64, options ...runtime.Option) int64 { return keyed(n, keys, 2, options...) }
	n := fitting(seconds, counts)
	ok := cost("keyed count: exactly once, aligned", runs, n, 0.9, counts, aligned)
	cost("keyed count: at least once", runs, n, 0, counts, atLeastOnce)
	cost("keyed count: unaligned", runs, n, 0, counts, unaligned)
	cost("keyed count: incremental", runs, n, 0, counts, incremental)
	loops := func(n int64, options ...runtime.Option) int64 { return looping(n, keys, 2, options...) }
	cost("keyed count with a loop: aligned", runs, fitting(seconds, loops), 0, loops, aligned)
	return ok
}

type job func(n int64, options ...runtime.Option) int64

// fitting is about how many records a job takes in that many seconds.
func fitting(seconds float64, do job) int64 {
	const probe = 20e6
	start := time.Now()
	do(probe, noCheckpoints)
	return int64(probe * seconds / time.Since(start).Seconds())
}

// cost compares a job with checkpoints every second and without. Wanted is 0 where nothing is asked of it.
func cost(name string, runs int, n int64, wanted float64, do job, m mode) bool {
	dir, err := os.MkdirTemp("", "streamgen-bench-")
	check(err)
	defer func() { check(os.RemoveAll(dir)) }()

	var completed int64
	with, without := &side{}, &side{}
	with.do = func(n int64) int64 {
		return do(n, runtime.WithCheckpoints(dir, time.Second), m.option(), runtime.Fresh(), runtime.WithEvents(func(e runtime.Event) {
			if e.Kind == runtime.EventPublished {
				completed++
			}
		}))
	}
	without.do = func(n int64) int64 { return do(n, noCheckpoints) }
	for i := range runs {
		pair(with, without, i, n)
	}
	faster := faster(with, without)
	asked := "-"
	if wanted > 0 {
		asked = fmt.Sprintf("%.2f", wanted)
	}
	fmt.Printf("%-44s %9.2f ns %9.2f ns %7.2f %8s %14s   %.0f s a run, %.0f checkpoints in each\n", name, with.perRecord(n), without.perRecord(n),
		median(faster), asked, faster.spread(), median(with.seconds), float64(completed)/float64(runs))
	return median(faster) >= wanted
}
