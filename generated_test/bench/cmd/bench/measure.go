package main

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"time"
)

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

// perRecord is how many nanoseconds it takes for each of n records.
func (s *side) perRecord(n int64) float64 { return median(s.seconds) / float64(n) * 1e9 }

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

// ratios are those of the numbers of neighbouring runs, a to b.
type ratios []float64

func ratiosOf(a, b []float64) ratios {
	var r ratios
	for i := range a {
		r = append(r, a[i]/b[i])
	}
	return r
}

// faster are the ratios of how much faster a was than b.
func faster(a, b *side) ratios { return ratiosOf(b.seconds, a.seconds) }

// spread tells the least and the greatest of them.
func (r ratios) spread() string { return fmt.Sprintf("%.2f–%.2f", slices.Min(r), slices.Max(r)) }

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
	ratio := median(faster(a, b))
	fmt.Printf("%-44s %9.2f ns %9.2f ns %7.2f %8.2f %14.6f\n", name, a.perRecord(n), b.perRecord(n), ratio, wanted, a.allocs)
	return ratio >= wanted
}
