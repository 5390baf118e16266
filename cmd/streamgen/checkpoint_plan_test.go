package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// counted is a savepoint of examples/wordcount in which Count keeps a state of that name and schema.
func counted(t *testing.T, state, schema string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "savepoint")
	require.NoError(t, chain.WriteSavepoint(vfs.OS(), dir, checkpoint.Manifest{Job: "WordCount", Checkpoint: &checkpoint.Checkpoint{
		ID: 7, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{Task: "Count", Parallelism: 1, Operators: []checkpoint.Operator{
			{UID: "Count", States: []checkpoint.State{{Name: state, Schema: schema}}}, {UID: "Totals", Handles: [][]byte{{1}}},
		}}},
	}}, nil))
	return dir
}

func TestCheckpointPlan(t *testing.T) {
	const example = "../../examples/wordcount"
	for _, program := range []string{example, example + "/streamgen.schema.json"} {
		code, out, errs := streamgen(t, "checkpoint", "plan", counted(t, "CountState", "string: {Total int64}"), "--schema", program)
		require.Equal(t, exitOK, code, errs)
		require.Contains(t, out, "number 7")
		require.Contains(t, out, "operator Count: had parallelism 1\n  keyed state CountState: restored\n")
	}
	for path, number := range map[string]string{
		filepath.Join(checkpoints(t), "WordCount"):                                                "number 2", // which its job goes on from
		filepath.Join(counted(t, "CountState", "string: {Total int64}"), chain.SavepointManifest): "number 7",
	} {
		code, out, errs := streamgen(t, "checkpoint", "plan", path, "--schema", example)
		require.Equal(t, exitOK, code, errs)
		require.Contains(t, out, number)
	}
	code, out, errs := streamgen(t, "checkpoint", "plan", counted(t, "CountState", "string: {}"), "--schema", example)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "keyed state CountState: converted\n    CountState.Total is new and begins as zero\n")

	lost := counted(t, "CountState", "string: {Total string}")
	code, out, _ = streamgen(t, "checkpoint", "plan", lost, "--schema", example, "--json")
	require.Equal(t, exitFound, code)
	var p plan.Plan
	require.NoError(t, json.Unmarshal([]byte(out), &p))
	require.Equal(t, []plan.State{{Name: "CountState", Kind: "keyed state", Fate: plan.Refused, Refused: "CountState.Total: string became int64"}}, p.Operators[0].States)

	code, _, errs = streamgen(t, "checkpoint", "plan", lost, "--schema", example, "--pipeline", "Counts")
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "has no pipeline Counts that keeps or exchanges anything (the checkpoint is of WordCount); it has: WordCount")
	code, _, errs = streamgen(t, "checkpoint", "plan", lost, "--schema", t.TempDir())
	require.Equal(t, exitTrouble, code)
	require.NotEmpty(t, errs)
	empty := filepath.Join(t.TempDir(), "streamgen.schema.json")
	require.NoError(t, os.WriteFile(empty, []byte("{}"), 0o600))
	code, _, errs = streamgen(t, "checkpoint", "plan", lost, "--schema", empty)
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "the file is no schema record")
}

// Who leaves the program out is told how to name it.
func TestCheckpointPlanWithoutAProgram(t *testing.T) {
	saved := counted(t, "CountState", "string: {Total int64}")
	code, _, errs := streamgen(t, "-C", t.TempDir(), "checkpoint", "plan", saved)
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "\n--schema says where the program is")
}

func TestCheckpointPlanOfADrainedJob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "savepoint")
	require.NoError(t, chain.WriteSavepoint(vfs.OS(), dir, checkpoint.Manifest{Job: "WordCount", Checkpoint: &checkpoint.Checkpoint{
		ID: 7, Kind: checkpoint.Drain, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{Task: "Count", Parallelism: 1}},
	}}, nil))
	code, out, errs := streamgen(t, "checkpoint", "plan", dir, "--schema", "../../examples/wordcount")
	require.Equal(t, exitFound, code, errs)
	require.Contains(t, out, "refused: checkpoint 7 was taken by a stop with drain: no start goes on from it")
}
