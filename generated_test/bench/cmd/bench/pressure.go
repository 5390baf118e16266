package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/generated_test/bench"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

const (
	// slowness is what the slow sink takes for a record. It sleeps, so that the machine has nothing else to do and shows what the barriers wait for: a
	// subtask with two full channels has 4096 records before it, 200 ms of work.
	slowness = 50 * time.Microsecond
	// pressureInterval is longer than a checkpoint takes in any mode, so that all modes take as many in the same time.
	pressureInterval = 300 * time.Millisecond
	// pressureCheckpoints is how many are taken in one run.
	pressureCheckpoints = 12
	// alignedFor is the aligned-checkpoint-timeout of the mode between the two others, half of what alignment takes.
	alignedFor = 100 * time.Millisecond
)

// pressed is a mode under back-pressure, with what its runs have measured.
type pressed struct {
	name      string
	mode      mode
	durations [][]float64 // in ms, from trigger to completion, of each run
	inFlight  []float64   // bytes in each checkpoint
	rates     []float64   // records a second, of each run
}

// pressure compares how long checkpoints take while all queues are full, aligned and not.
func pressure(runs int) {
	modes := []*pressed{
		{name: "aligned", mode: aligned},
		{name: fmt.Sprintf("aligned for %v, then not", alignedFor), mode: func(c *config.Checkpointing) { c.Unaligned, c.AlignedTimeout = true, alignedFor }},
		{name: "unaligned", mode: unaligned},
	}
	for turn := range runs {
		for i := range modes {
			modes[(i+turn)%len(modes)].run()
		}
	}
	fmt.Printf("\n%-36s %10s %10s %12s %10s %8s %12s %8s\n", "slow sink behind full queues, 2x2", "median", "longest", "in flight", "records/s",
		"shorter", "spread", "speed")
	for _, m := range modes {
		all := slices.Concat(m.durations...)
		shorter := ratiosOf(modes[0].medians(), m.medians())
		fmt.Printf("%-36s %7.1f ms %7.1f ms %9.1f kb %10.0f %8.2f %12s %8.2f   %d checkpoints\n", m.name, median(all), slices.Max(all),
			median(m.inFlight)/1024, median(m.rates), median(shorter), shorter.spread(), median(ratiosOf(m.rates, modes[0].rates)), len(all))
	}
}

// medians are those of the durations of each run.
func (m *pressed) medians() []float64 {
	var medians []float64
	for _, durations := range m.durations {
		medians = append(medians, median(durations))
	}
	return medians
}

// run lets a source without an end fill the queues before a slow sink until enough checkpoints are complete.
func (m *pressed) run() {
	dir, err := os.MkdirTemp("", "streamgen-bench-")
	check(err)
	defer func() { check(os.RemoveAll(dir)) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	var written atomic.Int64
	var durations []float64
	start := time.Now()
	err = runtime.Run(ctx, &bench.Passing{
		Bids: bids(-1, auctions),
		Slow: function.Sink(func(bids []bench.Bid) error {
			time.Sleep(time.Duration(len(bids)) * slowness)
			written.Add(int64(len(bids)))
			return nil
		}),
	}, runtime.WithParallelism(2), quiet(), runtime.WithCheckpoints(dir, pressureInterval), m.mode.option(),
		runtime.WithConfig(func(c *config.Config) { c.Checkpointing.Compression = config.NoCompression }), // a kb in flight is one on disk
		runtime.WithEvents(func(e runtime.Event) {
			if e.Kind != runtime.EventPublished {
				return
			}
			durations = append(durations, float64(e.Duration)/float64(time.Millisecond))
			m.inFlight = append(m.inFlight, float64(e.Size))
			if len(durations) == pressureCheckpoints {
				m.rates = append(m.rates, float64(written.Load())/time.Since(start).Seconds())
				cancel()
			}
		}))
	if !errors.Is(err, context.Canceled) {
		check(errors.Join(errors.New("the source has no end, but the job ended"), err))
	}
	m.durations = append(m.durations, durations)
}
