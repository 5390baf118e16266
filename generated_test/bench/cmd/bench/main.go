// Bench holds pipelines against the plain Go that a good programmer writes for the same job, and against themselves with and without checkpoints of
// each kind, in the same run, and prints the ratios.
package main

import (
	"flag"
	"fmt"
	"os"
	goruntime "runtime"

	"github.com/streamgen/streamgen/generated_test/bench"
)

func main() {
	runs := flag.Int("runs", 5, "runs of each side, of which the median counts")
	seconds := flag.Float64("seconds", 4, "about how long a run with checkpoints takes")
	flag.Parse()

	fmt.Printf("%s, %s/%s, %d CPUs, medians of %d runs in turn, and of the ratios of neighbours\n\n",
		goruntime.Version(), goruntime.GOOS, goruntime.GOARCH, goruntime.GOMAXPROCS(0), *runs)
	fmt.Printf("%-44s %12s %12s %7s %8s %14s\n", "", "streamgen", "plain Go", "ratio", "wanted", "allocs/record")
	ok := compare("stateless chain: map, filter", *runs, 100e6, 0.8,
		stateless, plainStateless)
	ok = compare("keyed count, 1000 keys, 1x1", *runs, 50e6, 0.6,
		func(n int64) int64 { return keyed(n, auctions, 1, noCheckpoints) },
		func(n int64) int64 { return bench.PlainKeyed(n, auctions) }) && ok
	ok = compare("exchange by key 2x2", *runs, 50e6, 0.6,
		func(n int64) int64 { return exchange(n, 2) },
		func(n int64) int64 { return bench.PlainExchange(n, auctions, 2, 2) }) && ok
	ok = modes(*runs, *seconds) && ok
	pressure(*runs)
	if !ok {
		fmt.Println("\na ratio is below what is wanted")
		os.Exit(1)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
