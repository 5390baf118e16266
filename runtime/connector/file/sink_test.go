package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

func sinkContext(operator string, attempt int) runtime.SinkContext {
	return runtime.SinkContext{Context: runtime.NewContext(operator, 0, 1, nil), Attempt: fmt.Sprintf("%08x", attempt)}
}

// output returns the committed files of a folder in the order of their names, and how many are pending.
func output(t require.TestingT, fsys vfs.FS, dir string) (content string, pending int) {
	entries, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0
	}
	require.NoError(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name, ".") {
			pending++
			continue
		}
		b, err := fsys.ReadFile(filepath.Join(dir, e.Name))
		require.NoError(t, err)
		content += string(b)
	}
	return content, pending
}

// prepared writes lines and prepares and syncs them.
func prepared(t *testing.T, w runtime.Writer[string], checkpoint int64, lines ...string) []byte {
	t.Helper()
	require.NoError(t, w.Write(lines))
	tx, err := w.Prepare(checkpoint)
	require.NoError(t, err)
	require.NoError(t, tx.Sync())
	return tx.Handle
}

func TestSinkOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	s := WriteLines(dir)
	w, err := s.Open(sinkContext("To tals/€-.x", 0x5f3a90c2))
	require.NoError(t, err)
	first := prepared(t, w, 7, "a", "b")
	tx, err := w.Prepare(8)
	require.NoError(t, err)
	require.Nil(t, tx.Handle)
	require.Nil(t, tx.Sync)
	second := prepared(t, w, 9, "c")
	require.NoError(t, w.Close())
	require.Equal(t, "1 4 .To%20tals%2F%E2%82%AC-.x-0000000001-0000-5f3a90c2.part To%20tals%2F%E2%82%AC-.x-0000000007-0000-5f3a90c2.txt", string(first))

	for range 2 { // again, as after a crash
		require.NoError(t, s.Commit(t.Context(), first))
		require.NoError(t, s.Commit(t.Context(), second))
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	content, _ := output(t, vfs.OS(), dir)
	require.Equal(t, "a\nb\nc\n", content)
}

func TestCommitRefuses(t *testing.T) {
	const pending, committed = "/out/.A-0000000001-0000-00000001.part", "/out/A-0000000001-0000-00000001.txt"
	tests := []struct {
		name   string
		handle string // "": the right one
		do     func(m *vfs.Mem) error
		err    string
	}{
		{name: "a lost file", do: func(m *vfs.Mem) error { return m.Remove(pending) },
			err: "file.lines: commit: output is lost: 2 bytes, neither " + pending + " nor " + committed + " is there"},
		{name: "a file that lost bytes", handle: "1 9 .A-0000000001-0000-00000001.part A-0000000001-0000-00000001.txt",
			err: pending + " has 2 bytes, but 9 were written and synced"},
		{name: "to overwrite", do: func(m *vfs.Mem) error { return m.Link(pending, committed) }, err: "both " + pending + " and " + committed + " are there"},
		{name: "another version", handle: "2 9 .A-0000000001-0000-00000001.part A-0000000001-0000-00000001.txt", err: "its form is not"},
		{name: "no handle", handle: "x", err: "its form is not"},
		{name: "a path", handle: "1 2 ../.A-0000000001-0000-00000001.part A-0000000001-0000-00000001.txt", err: "a field is not what it should be"},
		{name: "a path behind the dot", handle: "1 2 ./../A-0000000001-0000-00000001.part A-0000000001-0000-00000001.txt", err: "a field is not"},
		{name: "another file", handle: "1 2 .A-0000000001-0000-00000001.part passwd", err: "a field is not what it should be"},
		{name: "a negative size", handle: "1 -2 .A-0000000001-0000-00000001.part A-0000000001-0000-00000001.txt", err: "a field is not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := vfs.NewMem()
			s := WriteLines("/out").On(m)
			w, err := s.Open(sinkContext("A", 1))
			require.NoError(t, err)
			h := prepared(t, w, 1, "a")
			if tt.handle != "" {
				h = []byte(tt.handle)
			}
			if tt.do != nil {
				require.NoError(t, tt.do(m))
			}
			require.ErrorContains(t, s.Commit(t.Context(), h), tt.err)
		})
	}
}

func TestAbortAndOccupiedKnowTheirOperator(t *testing.T) {
	m := vfs.NewMem()
	s := WriteLines("/out").On(m)
	require.NoError(t, s.Abort(t.Context(), "A"), "no folder yet")
	occupied, err := s.Occupied(t.Context(), "A", 0)
	require.NoError(t, err)
	require.Empty(t, occupied)

	handles := map[string][]byte{}
	for i, operator := range []string{"A", "A-B", "B", "A-0000000001-0000-00000000"} {
		w, err := s.Open(sinkContext(operator, i))
		require.NoError(t, err)
		handles[operator] = prepared(t, w, 1, operator)
	}
	require.NoError(t, s.Commit(t.Context(), handles["A-B"]))
	require.NoError(t, s.Abort(t.Context(), "A"))
	require.ErrorContains(t, s.Commit(t.Context(), handles["A"]), "lost")
	for operator, want := range map[string]string{"A": "", "B": "", "A-B": "/out/A-B-0000000001-0000-00000001.txt"} {
		occupied, err := s.Occupied(t.Context(), operator, 0)
		require.NoError(t, err)
		require.Equal(t, want, occupied, operator)
	}
	require.NoError(t, s.Abort(t.Context(), "A-B"))
	require.NoError(t, s.Commit(t.Context(), handles["B"]))
	require.NoError(t, s.Commit(t.Context(), handles["A-0000000001-0000-00000000"]))
	content, pending := output(t, m, "/out")
	require.Equal(t, "A-0000000001-0000-00000000\nA-B\nB\n", content)
	require.Zero(t, pending)
}

func TestOccupiedAfterACheckpoint(t *testing.T) {
	m := vfs.NewMem()
	s := WriteLines("/out").On(m)
	w, err := s.Open(sinkContext("A", 1))
	require.NoError(t, err)
	for _, checkpoint := range []int64{3, 12, 12_345_678_901} {
		require.NoError(t, s.Commit(t.Context(), prepared(t, w, checkpoint, "a")))
	}
	prepared(t, w, 12_345_678_902, "not committed")
	for after, want := range map[int64]string{
		0:              "/out/A-0000000003-0000-00000001.txt",
		2:              "/out/A-0000000003-0000-00000001.txt",
		3:              "/out/A-0000000012-0000-00000001.txt",
		12:             "/out/A-12345678901-0000-00000001.txt",
		12_345_678_901: "",
	} {
		occupied, err := s.Occupied(t.Context(), "A", after)
		require.NoError(t, err)
		require.Equal(t, want, occupied, after)
	}
}

func TestNamesSortInTheOrderOfCommits(t *testing.T) {
	m := vfs.NewMem()
	s := WriteLines("/out").On(m)
	want := ""
	for i, checkpoint := range []int64{1, 9, 10, 99, 100, 12345} {
		w, err := s.Open(sinkContext("A", 100-i)) // attempts in no order
		require.NoError(t, err)
		line := fmt.Sprint(checkpoint)
		require.NoError(t, s.Commit(t.Context(), prepared(t, w, checkpoint, line)))
		want += line + "\n"
	}
	content, _ := output(t, m, "/out")
	require.Equal(t, want, content)
}

// TestFailuresOfStorage lets each operation of a writer fail: the job hears of it, the writer takes nothing more, and what was
// committed stays.
func TestFailuresOfStorage(t *testing.T) {
	tests := []struct {
		name string
		op   vfs.Op
		err  error
		want error
	}{
		{"disk full", vfs.OpWrite, syscall.ENOSPC, syscall.ENOSPC},
		{"disk full in the middle", vfs.OpWrite, vfs.Short(1000, syscall.ENOSPC), syscall.ENOSPC},
		{"no file", vfs.OpCreate, syscall.EMFILE, syscall.EMFILE},
		{"fsync", vfs.OpSync, syscall.EIO, syscall.EIO},
		{"close", vfs.OpClose, syscall.EIO, syscall.EIO},
		{"fsync of the folder", vfs.OpSyncDir, syscall.EIO, syscall.EIO},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := vfs.NewMem()
			failing := false
			s := WriteLines("/out").On(vfs.Inject(m, func(op vfs.Op, _ string) error {
				if failing && op == tt.op {
					return tt.err
				}
				return nil
			}))
			w, err := s.Open(sinkContext("A", 1))
			require.NoError(t, err)
			require.NoError(t, s.Commit(t.Context(), prepared(t, w, 1, "kept")))

			failing = true
			require.NoError(t, w.Write([]string{"lost"}))
			tx, err := w.Prepare(2)
			require.NoError(t, err)
			require.NoError(t, w.Write([]string{"later"}))
			later, err := w.Prepare(3)
			require.NoError(t, err)
			err = tx.Sync()
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "file.lines A in /out: ")
			require.ErrorContains(t, err, "/out")
			failing = false
			require.Equal(t, err, tx.Sync(), "a file is never synced again")
			require.Equal(t, err, later.Sync(), "records before it are lost")
			require.Equal(t, err, w.Write([]string{"x"}))
			_, prepareErr := w.Prepare(4)
			require.Equal(t, err, prepareErr)
			require.NoError(t, w.Close())
			require.NoError(t, s.Abort(t.Context(), "A"))
			content, pending := output(t, m.Crash(nil), "/out")
			require.Equal(t, "kept\n", content)
			require.Zero(t, pending)
		})
	}
}

func TestAWriteThatFailsFailsTheWriter(t *testing.T) {
	s := WriteLines("/out").On(vfs.Inject(vfs.NewMem(), func(op vfs.Op, _ string) error {
		if op == vfs.OpWrite {
			return syscall.ENOSPC
		}
		return nil
	}))
	w, err := s.Open(sinkContext("A", 1))
	require.NoError(t, err)
	err = w.Write([]string{strings.Repeat("x", flushSize+1)})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "/out/.A-0000000001-0000-00000001.part")
	_, prepareErr := w.Prepare(1)
	require.Equal(t, err, prepareErr)
	require.NoError(t, w.Close())
}

func TestClosedWriterLeavesNothing(t *testing.T) {
	m := vfs.NewMem()
	w, err := WriteLines("/out").On(m).Open(sinkContext("A", 1))
	require.NoError(t, err)
	require.NoError(t, w.Write([]string{strings.Repeat("x", flushSize+1)}))
	_, pending := output(t, m, "/out")
	require.Equal(t, 1, pending)
	require.NoError(t, w.Close())
	_, pending = output(t, m, "/out")
	require.Zero(t, pending)
}

func TestOpenRefuses(t *testing.T) {
	m := vfs.NewMem()
	s := WriteLines("/out").On(m)
	_, err := s.Open(runtime.SinkContext{Attempt: "00000001"})
	require.EqualError(t, err, "file.lines: no operator in the context, but files are named by it")
	_, err = s.Open(runtime.SinkContext{Context: runtime.NewContext("A", 0, 1, nil), Attempt: "1"})
	require.ErrorContains(t, err, `file.lines A: attempt "1" in the context: not 8 hexadecimal digits`)
	f, err := m.Create("/out")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = s.Open(sinkContext("A", 1))
	require.ErrorContains(t, err, "/out is a file: the output needs a folder")
}

func TestFileNamesOfOperators(t *testing.T) {
	for _, operator := range []string{"A", "Outer.Inner", ".hidden", "a-b", "a b", "%41", "ü", "a/b", strings.Repeat("x", 100)} {
		name := fileName("", operator, 12, 3, "0123abcd", "jsonl")
		require.True(t, isName(name, ""), name)
		require.True(t, isNameOf(name, operator, ""), name)
		require.False(t, isNameOf(name, operator, pendingPrefix), name)
		require.False(t, isNameOf(name, operator+"x", ""), name)
		require.False(t, strings.HasPrefix(name, "."), name)
		hidden := fileName(pendingPrefix, operator, 12, 3, "0123abcd", pendingExtension)
		require.True(t, isName(hidden, pendingPrefix), hidden)
		require.True(t, isNameOf(hidden, operator, pendingPrefix), hidden)
		require.False(t, isName(hidden, ""), hidden)
	}
}

// A runner commits between the two looks of another one, which does not know yet that it was replaced: both have committed.
func TestSinkCommitsBesideAnotherRunner(t *testing.T) {
	fsys := vfs.NewMem()
	w, err := WriteLines("/out").On(fsys).Open(sinkContext("Totals", 1))
	require.NoError(t, err)
	handle := prepared(t, w, 7, "a")

	looks := 0
	slow := vfs.Inject(fsys, func(op vfs.Op, _ string) error {
		if op == vfs.OpStat {
			if looks++; looks == 2 {
				return WriteLines("/out").On(fsys).Commit(t.Context(), handle)
			}
		}
		return nil
	})
	require.NoError(t, WriteLines("/out").On(slow).Commit(t.Context(), handle))
	content, pending := output(t, fsys, "/out")
	require.Equal(t, "a\n", content)
	require.Zero(t, pending)
}
