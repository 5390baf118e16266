// Bench holds pipelines against the plain Go that a good programmer writes for the same job, in the same run, and prints the ratios.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	goruntime "runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/generated_test/bench"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

func main() {
	runs := flag.Int("runs", 5, "runs of each side, of which the median counts")
	seconds := flag.Float64("seconds", 10, "about how long a run with checkpoints takes")
	flag.Parse()

	fmt.Printf("%s, %d CPUs, medians of %d runs in turn, and of the ratios of neighbours\n\n", goruntime.Version(), goruntime.GOMAXPROCS(0), *runs)
	fmt.Printf("%-44s %12s %12s %7s %8s %14s\n", "", "streamgen", "plain Go", "ratio", "wanted", "allocs/record")
	ok := compare("stateless chain: map, filter", *runs, 100e6, 0.8,
		stateless, plainStateless)
	ok = compare("keyed count, 1000 keys, 1x1", *runs, 50e6, 0.6,
		func(n int64) int64 { return keyed(n, auctions, 1, noCheckpoints) },
		func(n int64) int64 { return bench.PlainKeyed(n, auctions) }) && ok
	ok = compare("exchange by key 2x2", *runs, 50e6, 0.6,
		func(n int64) int64 { return exchange(n, 2) },
		func(n int64) int64 { return bench.PlainExchange(n, auctions, 2, 2) }) && ok
	ok = checkpoints(*runs, *seconds) && ok
	if !ok {
		fmt.Println("\na ratio is below what is wanted")
		os.Exit(1)
	}
}

const auctions = 1000

// side is one way to do a job.
type side struct {
	do      func(n int64) int64
	result  int64
	seconds []float64
	allocs  float64
}

func (s *side) run(n int64) {
	var before, after goruntime.MemStats
	goruntime.GC()
	goruntime.ReadMemStats(&before)
	start := time.Now()
	s.result = s.do(n)
	s.seconds = append(s.seconds, time.Since(start).Seconds())
	goruntime.ReadMemStats(&after)
	s.allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
}

func (s *side) median() float64 { return median(s.seconds) }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// pair runs two sides, the first of them first at every other turn. A machine that others use too changes its speed from one minute to
// the next, so what counts is the median of the ratios of runs that are neighbours.
func pair(a, b *side, turn int, n int64) {
	if turn%2 == 1 {
		a, b = b, a
	}
	a.run(n)
	b.run(n)
}

// ratio is the median of how much faster a was than b, run by run.
func ratio(a, b *side) float64 {
	var ratios []float64
	for i := range a.seconds {
		ratios = append(ratios, b.seconds[i]/a.seconds[i])
	}
	return median(ratios)
}

// compare runs both sides in turn over n records, checks that they come to the same result, and prints the ratio of their speeds.
func compare(name string, runs int, n int64, wanted float64, ours, plain func(n int64) int64) bool {
	a, b := &side{do: ours}, &side{do: plain}
	for i := range runs + 1 {
		pair(a, b, i, n)
		if i == 0 {
			a.seconds, b.seconds = nil, nil // the first warms up
		}
	}
	if a.result != b.result {
		fmt.Printf("%s: the results differ: %d and %d\n", name, a.result, b.result)
		return false
	}
	ratio := ratio(a, b)
	perRecord := func(s *side) float64 { return s.median() / float64(n) * 1e9 }
	fmt.Printf("%-44s %9.2f ns %9.2f ns %7.2f %8.2f %14.6f\n", name, perRecord(a), perRecord(b), ratio, wanted, a.allocs)
	return ratio >= wanted
}

// checkpoints compares the same job with and without checkpoints every second.
func checkpoints(runs int, seconds float64) bool {
	const keys, wanted = 100_000, 0.9
	start := time.Now()
	const probe = 20e6
	keyed(probe, keys, 2, noCheckpoints)
	n := int64(probe * seconds / time.Since(start).Seconds())
	dir, err := os.MkdirTemp("", "streamgen-bench-")
	check(err)
	defer func() { check(os.RemoveAll(dir)) }()

	var completed int64
	with, without := &side{}, &side{}
	with.do = func(n int64) int64 {
		return keyed(n, keys, 2, runtime.WithCheckpoints(dir, time.Second), runtime.Fresh(), runtime.WithEvents(func(e runtime.Event) {
			if e.Kind == runtime.EventPublished {
				completed++
			}
		}))
	}
	without.do = func(n int64) int64 { return keyed(n, keys, 2, noCheckpoints) }
	for i := range runs {
		pair(with, without, i, n)
	}
	ratio := ratio(with, without)
	fmt.Printf("%-44s %9.2f ns %9.2f ns %7.2f %8.2f   %.0f s a run, %.0f checkpoints in each\n", "checkpoints at 1 s against none, 100k keys",
		with.median()/float64(n)*1e9, without.median()/float64(n)*1e9, ratio, wanted, with.median(), float64(completed)/float64(runs))
	return ratio >= wanted
}

var noCheckpoints = runtime.WithConfig(func(*config.Config) {})

func makeBid(i int64) bench.Bid { return bench.MakeBid(i, auctions) }

// adding returns a function that adds prices to sum.
func adding(sum *int64) func(bids []bench.Bid) error {
	return func(bids []bench.Bid) error {
		for i := range bids {
			*sum += bids[i].Price
		}
		return nil
	}
}

func stateless(n int64) (sum int64) {
	run(&bench.Stateless{
		Bids: function.Source(n, makeBid),
		Sums: function.Sink(adding(&sum)),
	}, runtime.WithParallelism(1))
	return sum
}

func plainStateless(n int64) (sum int64) {
	check(bench.PlainStateless(n, makeBid, adding(&sum)))
	return sum
}

func keyed(n int64, keys uint64, parallelism int, options ...runtime.Option) int64 {
	var totals atomic.Int64
	run(&bench.Keyed{
		Bids:   function.Source(n, func(i int64) bench.Bid { return bench.MakeBid(i, keys) }),
		Totals: count(&totals),
	}, append(options, runtime.WithParallelism(parallelism))...)
	return totals.Load()
}

func exchange(n int64, parallelism int) int64 {
	var totals atomic.Int64
	run(&bench.Exchange{
		Bids:   function.Source(n, makeBid),
		Totals: count(&totals),
	}, runtime.WithParallelism(parallelism))
	return totals.Load()
}

func count(totals *atomic.Int64) runtime.Sink[bench.Total] {
	return function.Sink(func(batch []bench.Total) error {
		totals.Add(int64(len(batch)))
		return nil
	})
}

func run(p runtime.Pipeline, options ...runtime.Option) {
	check(runtime.Run(context.Background(), p, append(options, runtime.WithLogger(slog.New(slog.DiscardHandler)))...))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
