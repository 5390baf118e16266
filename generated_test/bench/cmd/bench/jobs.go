package main

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/streamgen/streamgen/generated_test/bench"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

const auctions = 1000

var noCheckpoints = runtime.WithConfig(func(*config.Config) {})

func makeBid(i int64) bench.Bid { return bench.MakeBid(i, auctions) }

// bids is a source of n bids for that many auctions.
func bids(n int64, auctions uint64) runtime.Source[bench.Bid] {
	return function.Source(n, func(i int64) bench.Bid { return bench.MakeBid(i, auctions) })
}

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
		Bids:   bids(n, keys),
		Totals: count(&totals),
	}, append(options, runtime.WithParallelism(parallelism))...)
	return totals.Load()
}

func looping(n int64, keys uint64, parallelism int, options ...runtime.Option) int64 {
	var totals atomic.Int64
	run(&bench.Looping{
		Bids:   bids(n, keys),
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
	check(runtime.Run(context.Background(), p, append(options, quiet())...))
}

func quiet() runtime.Option { return runtime.WithLogger(slog.New(slog.DiscardHandler)) }
