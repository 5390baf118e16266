package gen

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/emit"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// PlanFrom says what would become of the states of a checkpoint in a program, of which path is the folder of its package or the file of its schema record.
// The package says what its states were before (tags was, directives removed); its record says only what they are, so that a field which has another
// name by now looks lost. Pipeline is its name, "" for that of the checkpoint's job. What neither knows, as parallelism, splits and transactions, the
// plan leaves out, and an operator without states is not missed.
func PlanFrom(ctx context.Context, path, pipeline string, m *checkpoint.Manifest, ignoreUnclaimed bool) (*plan.Plan, Diagnostics, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	read := recordOfPackage
	if !info.IsDir() {
		read = recordOfFile
	}
	r, diags, err := read(ctx, path)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	if pipeline == "" {
		pipeline = m.Job
	}
	now := r.Pipelines[pipeline]
	if now == nil {
		return nil, nil, fmt.Errorf("%s has no pipeline %s that keeps or exchanges anything (the checkpoint is of %s); it has: %s", path, pipeline, m.Job,
			strings.Join(slices.Sorted(maps.Keys(r.Pipelines)), ", "))
	}
	p := &plan.Plan{Pipeline: pipeline, KeyGroupsWere: m.Checkpoint.KeyGroups, Notes: []string{
		"these are the states of operators alone: the program's own subcommand plan knows its splits, its transactions and its parallelism too"}}
	held, parallelism := statesOf(m.Checkpoint)
	ignored := func(checkpoint.State) bool { return ignoreUnclaimed }
	for _, uid := range slices.Sorted(maps.Keys(now.Operators)) {
		o := plan.Operator{UID: uid, Fate: plan.New, ParallelismWas: parallelism[uid]}
		if parallelism[uid] > 0 {
			o.Fate = plan.Restored
		}
		o.States = plan.States(held[uid], slices.Concat(now.Operators[uid].Taken(), inFlightTo(now, uid, held[uid])), ignored)
		p.Operators = append(p.Operators, o)
	}
	for _, uid := range slices.Sorted(maps.Keys(held)) {
		if now.Operators[uid] != nil || len(held[uid]) == 0 {
			continue
		}
		taken, fate := inFlightTo(now, uid, held[uid]), plan.Refused
		switch {
		case len(taken) > 0:
			fate = plan.Restored
		case ignoreUnclaimed:
			fate = plan.Dropped
		}
		p.Operators = append(p.Operators, plan.Operator{UID: uid, Fate: fate, ParallelismWas: parallelism[uid], States: plan.States(held[uid], taken, ignored)})
	}
	return p, nil, nil
}

// inFlightTo returns in which form an operator takes the records in flight that a checkpoint holds of it.
func inFlightTo(now *record.Pipeline, uid string, held []checkpoint.State) (taken []checkpoint.TakenState) {
	for _, edge := range slices.Sorted(maps.Keys(now.Edges)) {
		_, input, _ := strings.Cut(edge, " -> ")
		name := checkpoint.InFlightName("")
		if input != uid {
			of, isNamed := strings.CutPrefix(input, uid+".")
			if !isNamed {
				continue
			}
			name = checkpoint.InFlightName(of)
		}
		if slices.ContainsFunc(held, func(s checkpoint.State) bool { return s.Name == name }) {
			taken = append(taken, checkpoint.TakenState{State: checkpoint.State{Name: name, Schema: now.Edges[edge].Schema, Kind: checkpoint.InFlight}})
		}
	}
	return taken
}

// statesOf returns the states that a checkpoint holds of each operator, and the parallelism that each had.
func statesOf(c *checkpoint.Checkpoint) (held map[string][]checkpoint.State, parallelism map[string]int) {
	held, parallelism = map[string][]checkpoint.State{}, map[string]int{}
	for _, s := range c.Subtasks {
		for _, o := range s.Operators {
			parallelism[o.UID] = s.Parallelism
			for _, state := range o.States {
				if !slices.ContainsFunc(held[o.UID], func(known checkpoint.State) bool { return known.Name == state.Name }) {
					held[o.UID] = append(held[o.UID], state)
				}
			}
		}
	}
	return held, parallelism
}

// recordOfFile reads a schema record.
func recordOfFile(_ context.Context, path string) (*record.Record, Diagnostics, error) {
	if filepath.Base(path) != filepath.Base(record.Path("")) {
		return nil, nil, fmt.Errorf("%s is no schema record: name %s, or the folder of the package", path, record.Path(""))
	}
	var diags Diagnostics
	r, err := record.Read(filepath.Dir(path), &diags)
	return r, diags, err
}

// recordOfPackage makes the record of the package in a folder as it is now.
func recordOfPackage(ctx context.Context, dir string) (*record.Record, Diagnostics, error) {
	packages, _, err := Config{Dir: dir, Patterns: []string{"."}}.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range packages {
		if isExternalTest(p) {
			continue
		}
		var diags Diagnostics
		checked := check.Check(p, &diags)
		if len(diags) > 0 {
			return nil, diags, nil
		}
		r, err := emit.Record(checked)
		return r, nil, err
	}
	return nil, nil, fmt.Errorf("there is no package in %s", dir)
}
