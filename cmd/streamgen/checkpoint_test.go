package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// checkpoints makes a folder with two checkpoints of a job and returns it.
func checkpoints(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	c, err := chain.Take(vfs.OS(), filepath.Join(dir, "WordCount"), "WordCount")
	require.NoError(t, err)
	for id := int64(1); id <= 2; id++ {
		w := snapshot.NewWriter(snapshot.S2)
		require.NoError(t, w.Section("Count", "CountState", 0, 1, bytes.Repeat([]byte{0x93}, 2000)))
		data, err := c.WriteData(id, "Count-0", w.Finish())
		require.NoError(t, err)
		m := *c.Head()
		m.Checkpoint = &checkpoint.Checkpoint{ID: id, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{
			Task: "Count", Parallelism: 1, Data: data, Operators: []checkpoint.Operator{{UID: "Count"}},
		}}}
		require.NoError(t, c.Publish(m))
	}
	return dir
}

// streamgen runs the command.
func streamgen(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestCheckpointList(t *testing.T) {
	dir := checkpoints(t)
	code, out, _ := streamgen(t, "checkpoint", "ls", dir)
	require.Equal(t, exitOK, code)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2, "one each")
	require.Regexp(t, `^WordCount +2\* +periodic .*/epoch-0000000001/manifest-000000000003$`, lines[0])
	require.Regexp(t, `^WordCount +1 +periodic `, lines[1])

	code, out, _ = streamgen(t, "-C", dir, "checkpoint", "ls", "--json", "WordCount")
	require.Equal(t, exitOK, code)
	var entries []inspect.Entry
	require.NoError(t, json.Unmarshal([]byte(out), &entries))
	require.Len(t, entries, 2)
	require.Equal(t, int64(2), entries[0].ID)
}

func TestCheckpointListOfNothing(t *testing.T) {
	code, out, errs := streamgen(t, "checkpoint", "ls", t.TempDir())
	require.Equal(t, exitOK, code)
	require.Empty(t, out+errs)
	code, out, _ = streamgen(t, "checkpoint", "ls", "--json", t.TempDir())
	require.Equal(t, exitOK, code)
	require.Equal(t, "[]\n", out)
	code, _, errs = streamgen(t, "checkpoint", "ls", filepath.Join(t.TempDir(), "nowhere"))
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "no such file or directory")
}

func TestCheckpointVerify(t *testing.T) {
	dir := checkpoints(t)
	code, out, errs := streamgen(t, "checkpoint", "verify", dir)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "manifest-000000000003: checkpoint 2 of WordCount is whole, ")
	require.Equal(t, 2, strings.Count(out, " is whole, "))

	files, err := filepath.Glob(filepath.Join(dir, "WordCount", "data", "*checkpoint-2*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	b, err := os.ReadFile(files[0])
	require.NoError(t, err)
	b[len(b)/2] ^= 1
	require.NoError(t, os.WriteFile(files[0], b, 0o600))
	code, out, errs = streamgen(t, "checkpoint", "verify", dir)
	require.Equal(t, exitFound, code)
	require.Equal(t, 1, strings.Count(out, " is whole, "), "the other one is")
	require.Contains(t, errs, "manifest-000000000003: checkpoint 2 of WordCount: Count (1/1): data/")

	entries, err := inspect.Find(vfs.OS(), dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(entries[1].Path, []byte("SGMF"), 0o600))
	code, _, errs = streamgen(t, "checkpoint", "verify", entries[1].Path)
	require.Equal(t, exitFound, code)
	require.Contains(t, errs, ": checkpoint: ")
	require.NotContains(t, errs, "savepoint")

	// What is damaged is called what it is.
	manifests, err := filepath.Glob(filepath.Join(dir, "WordCount", "epoch-*", "manifest-*"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(manifests[len(manifests)-1], []byte("x"), 0o600))
	_, _, errs = streamgen(t, "checkpoint", "verify", manifests[len(manifests)-1])
	require.Contains(t, errs, ": checkpoint: "+manifests[len(manifests)-1]+" is damaged")
	require.NotContains(t, errs, "savepoint")

	code, _, errs = streamgen(t, "checkpoint", "verify", t.TempDir())
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "there is no checkpoint in")
}

// What a newer streamgen wrote is not damaged: whether it is whole is not known.
func TestCheckpointVerifyOfWhatCannotBeRead(t *testing.T) {
	dir := checkpoints(t)
	entries, err := inspect.Find(vfs.OS(), dir)
	require.NoError(t, err)
	b, err := os.ReadFile(entries[0].Path)
	require.NoError(t, err)
	b[4] = 99 // its version
	sum := len(b) - 4
	binary.LittleEndian.PutUint32(b[sum:], crc32.Checksum(b[:sum], crc32.MakeTable(crc32.Castagnoli)))
	require.NoError(t, os.WriteFile(entries[0].Path, b, 0o600))
	code, out, errs := streamgen(t, "checkpoint", "verify", dir)
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "written by a newer streamgen")
	require.NotContains(t, errs, "mistakes")
	require.Equal(t, 1, strings.Count(out, " is whole, "))
}

func TestCheckpointRemove(t *testing.T) {
	dir := checkpoints(t)
	entries, err := inspect.Find(vfs.OS(), dir)
	require.NoError(t, err)
	code, out, errs := streamgen(t, "checkpoint", "rm", entries[1].Path)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, ": deleted, ")
	code, _, errs = streamgen(t, "checkpoint", "rm", entries[0].Path)
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "goes on from")
}

// A number names a checkpoint in every subcommand.
func TestCheckpointByNumber(t *testing.T) {
	dir := checkpoints(t)
	numbered := func(id string) string { return filepath.Join(dir, "WordCount") + "@" + id }
	code, out, errs := streamgen(t, "checkpoint", "show", numbered("1"))
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "checkpoint 1 of WordCount")
	code, out, errs = streamgen(t, "-C", dir, "checkpoint", "verify", "WordCount@1")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "WordCount@1: checkpoint 1 of WordCount is whole, ")
	code, _, errs = streamgen(t, "checkpoint", "diff", numbered("1"), numbered("2"))
	require.Equal(t, exitOK, code, errs)
	code, out, errs = streamgen(t, "checkpoint", "plan", numbered("1"), "--schema", "../../examples/wordcount", "--ignore-unclaimed-state")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "WordCount would start from checkpoint "+numbered("1")+", number 1, taken ")
	code, out, errs = streamgen(t, "checkpoint", "rm", numbered("1"))
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, numbered("1")+": deleted, ")
	for _, command := range []string{"show", "verify", "rm"} {
		code, _, errs = streamgen(t, "checkpoint", command, numbered("1"))
		require.Equal(t, exitTrouble, code)
		require.Contains(t, errs, "holds no checkpoint and no savepoint of number 1")
	}
}

// Who names no state is told which there are.
func TestCheckpointDumpOfNoState(t *testing.T) {
	path := counted(t, "CountState", "string: {Total int64}")
	code, _, errs := streamgen(t, "checkpoint", "dump", path)
	require.Equal(t, exitTrouble, code)
	require.Equal(t, "streamgen: say which state: "+path+" holds Count, Count.CountState\n", errs)
	code, _, errs = streamgen(t, "checkpoint", "dump", checkpoints(t)+"/WordCount")
	require.Equal(t, exitTrouble, code)
	require.Contains(t, errs, "holds no state of any operator")
	_, _, errs = streamgen(t, "checkpoint", "dump")
	require.Contains(t, errs, "accepts 2 arg(s), received 0")
}

func TestBytesOf(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 kiB", 1536 << 10: "1.5 MiB", 3 << 30: "3.0 GiB", 1 << 50: "1024.0 TiB"} {
		require.Equal(t, want, bytesOf(n))
	}
}

func TestCheckpointShowTellsOfKeyGroupsThatAreAhead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "savepoint")
	require.NoError(t, chain.WriteSavepoint(vfs.OS(), path, checkpoint.Manifest{Job: "Sessions", Checkpoint: &checkpoint.Checkpoint{
		ID: 1, Kind: checkpoint.Savepoint, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{
			Task: "Session", Parallelism: 1, Watermark: 1000, Floors: []checkpoint.Floor{{First: 64, Groups: 32, Watermark: 5000}},
		}},
	}}, nil))
	code, out, _ := streamgen(t, "checkpoint", "show", path)
	require.Equal(t, exitOK, code)
	require.Regexp(t, `subtask 0 .*\n +key groups 64 to 95 +watermark 1970-01-01T00:00:05Z\n`, out)
	code, out, _ = streamgen(t, "checkpoint", "show", "--json", path)
	require.Equal(t, exitOK, code)
	var c inspect.Contents
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	require.Equal(t, []inspect.Ahead{{FirstKeyGroup: 64, LastKeyGroup: 95, Watermark: "1970-01-01T00:00:05Z"}}, c.Tasks[0].Subtasks[0].Ahead)
}
