package vfs_test

import (
	"bytes"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// write makes a file, of which only the first part is synced.
func write(t testing.TB, fsys vfs.FS, name, synced, unsynced string) {
	t.Helper()
	f, err := fsys.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(synced))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	_, err = f.Write([]byte(unsynced))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// tree describes a file system in one line: the paths in order, a file with what it holds.
func tree(t testing.TB, fsys vfs.FS, dir string) string {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	require.NoError(t, err)
	var parts []string
	for _, e := range entries {
		name := path.Join(dir, e.Name)
		if e.IsDir {
			parts = append(parts, e.Name+"("+tree(t, fsys, name)+")")
			continue
		}
		b, err := fsys.ReadFile(name)
		require.NoError(t, err)
		parts = append(parts, e.Name+"="+strings.ReplaceAll(string(b), "\x00", "0"))
	}
	return strings.Join(parts, " ")
}

func TestCrash(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, m *vfs.Mem)
		// synced is what is left if only what was synced survives, others what else may be.
		synced string
		others []string
	}{
		{"a name without SyncDir", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "1", "")
		}, "", []string{"a=1"}},
		{"a name with SyncDir", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "1", "")
			require.NoError(t, m.SyncDir("/"))
		}, "a=1", nil},
		{"bytes without Sync", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "12", "34")
			require.NoError(t, m.SyncDir("/"))
		}, "a=12", []string{"a=123", "a=1234", "a=120", "a=1200", "a=1230"}},
		{"both names of a link lose the same bytes", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "", "1")
			require.NoError(t, m.Link("a", "b"))
			require.NoError(t, m.SyncDir("/"))
		}, "a= b=", []string{"a=1 b=1", "a=0 b=0"}},
		{"one folder keeps its order", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "", "")
			write(t, m, "b", "", "")
		}, "", []string{"a=", "a= b="}},
		{"two folders keep none", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.Mkdir("d"))
			require.NoError(t, m.Mkdir("e"))
			require.NoError(t, m.SyncDir("/"))
			write(t, m, "d/a", "", "")
			write(t, m, "e/b", "", "")
		}, "d() e()", []string{"d(a=) e()", "d() e(b=)", "d(a=) e(b=)"}},
		{"a folder is lost with what is in it", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.Mkdir("d"))
			write(t, m, "d/a", "1", "")
			require.NoError(t, m.SyncDir("d"))
		}, "", []string{"d(a=1)"}},
		{"a rename is atomic", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "1", "")
			write(t, m, "b", "2", "")
			require.NoError(t, m.SyncDir("/"))
			require.NoError(t, m.Rename("a", "b"))
		}, "a=1 b=2", []string{"b=1"}},
		{"a rename between folders happens in both or none", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.MkdirAll("d"))
			require.NoError(t, m.MkdirAll("e"))
			write(t, m, "d/a", "1", "")
			require.NoError(t, m.SyncDir("/"))
			require.NoError(t, m.SyncDir("d"))
			require.NoError(t, m.Rename("d/a", "e/b"))
		}, "d(a=1) e()", []string{"d() e(b=1)"}},
		{"to sync the one folder of a rename is to sync both", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.MkdirAll("d"))
			require.NoError(t, m.MkdirAll("e"))
			require.NoError(t, m.SyncDir("/"))
			write(t, m, "d/a", "1", "")
			require.NoError(t, m.Rename("d/a", "e/b"))
			write(t, m, "d/c", "2", "")
			require.NoError(t, m.SyncDir("e"))
		}, "d() e(b=1)", []string{"d(c=2) e(b=1)"}},
		{"a folder renamed away", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.Mkdir("d"))
			write(t, m, "d/a", "1", "")
			require.NoError(t, m.SyncDir("/"))
			require.NoError(t, m.SyncDir("d"))
			require.NoError(t, m.Rename("d", "d.fenced"))
		}, "d(a=1)", []string{"d.fenced(a=1)"}},
		{"a removal comes back", func(t *testing.T, m *vfs.Mem) {
			write(t, m, "a", "1", "")
			require.NoError(t, m.SyncDir("/"))
			require.NoError(t, m.Remove("a"))
		}, "a=1", []string{""}},
		{"a removal that was synced does not", func(t *testing.T, m *vfs.Mem) {
			require.NoError(t, m.Mkdir("d"))
			write(t, m, "d/a", "1", "")
			require.NoError(t, m.SyncDir("/"))
			require.NoError(t, m.Remove("d/a"))
			require.NoError(t, m.Remove("d"))
			require.NoError(t, m.SyncDir("/"))
		}, "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := vfs.NewMem()
			test.do(t, m)
			before := tree(t, m, "/")
			require.Equal(t, test.synced, tree(t, m.Crash(nil), "/"))

			seen := map[string]bool{}
			r := rand.New(rand.NewPCG(1, 1))
			for range 500 {
				seen[tree(t, m.Crash(r), "/")] = true
			}
			for _, other := range test.others {
				require.Contains(t, seen, other)
				delete(seen, other)
			}
			delete(seen, test.synced)
			require.Empty(t, seen)
			require.Equal(t, before, tree(t, m, "/"), "a crash leaves the file system that it happened to alone")
		})
	}
}

// The processes of a machine that crashed are dead in reality; in a test they may go on, and must not reach the machine's next life.
func TestCrashSeparates(t *testing.T) {
	m := vfs.NewMem()
	f, err := m.Create("a")
	require.NoError(t, err)
	_, err = f.Write([]byte("12"))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, m.SyncDir("/"))

	left := m.Crash(nil)
	_, err = f.Write([]byte("34"))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, left.Mkdir("d"))
	require.Equal(t, "a=1234", tree(t, m, "/"))
	require.Equal(t, "a=12 d()", tree(t, left, "/"))
}

// What is in a file without a name is gone with its process.
func TestScratchLeavesNothing(t *testing.T) {
	m := vfs.NewMem()
	require.NoError(t, m.Mkdir("d"))
	require.NoError(t, m.SyncDir("/"))
	s, err := m.Scratch("d")
	require.NoError(t, err)
	_, err = s.Write([]byte("1"))
	require.NoError(t, err)
	require.Equal(t, "d()", tree(t, m.Crash(nil), "/"))
	require.Equal(t, "d()", tree(t, m, "/"))
}

func BenchmarkCrash(b *testing.B) {
	m := vfs.NewMem()
	require.NoError(b, m.MkdirAll("job/data"))
	for i := range 30 {
		name := "job/data/" + string(rune('a'+i))
		write(b, m, name, string(bytes.Repeat([]byte("x"), 4096)), "")
	}
	require.NoError(b, m.SyncDir("/"))
	require.NoError(b, m.SyncDir("job"))
	require.NoError(b, m.SyncDir("job/data"))
	write(b, m, "job/late", "1", "2")
	r := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		m.Crash(r)
	}
}
