package vfs_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// TestMemIsLikeOS runs the same random operations on both and compares every answer: Mem is worth as much as it is like the real one.
func TestMemIsLikeOS(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		p := &pair{t: t, dir: dir, real: vfs.OS(), mem: vfs.NewMem()}
		require.NoError(t, p.mem.MkdirAll(dir))
		t.Repeat(map[string]func(*rapid.T){
			"mkdir":    p.each(func(fsys vfs.FS, name, _ string) (any, error) { return nil, fsys.Mkdir(name) }),
			"mkdirall": p.each(func(fsys vfs.FS, name, _ string) (any, error) { return nil, fsys.MkdirAll(name) }),
			"create": p.each(func(fsys vfs.FS, name, text string) (any, error) {
				f, err := fsys.Create(name)
				if err != nil {
					return nil, err
				}
				n, err := f.Write([]byte(text))
				return n, errors.Join(err, f.Close())
			}),
			"read":    p.each(func(fsys vfs.FS, name, _ string) (any, error) { return fsys.ReadFile(name) }),
			"link":    p.each(func(fsys vfs.FS, name, other string) (any, error) { return nil, fsys.Link(name, other) }),
			"rename":  p.each(func(fsys vfs.FS, name, other string) (any, error) { return nil, anyReason(fsys.Rename(name, other)) }),
			"remove":  p.each(func(fsys vfs.FS, name, _ string) (any, error) { return nil, fsys.Remove(name) }),
			"readdir": p.each(func(fsys vfs.FS, name, _ string) (any, error) { return fsys.ReadDir(name) }),
			"stat":    p.each(func(fsys vfs.FS, name, _ string) (any, error) { return fsys.Stat(name) }),
			"open":    p.each(readAt),
			"scratch": p.each(scratch),
			"":        func(t *rapid.T) {},
		})
	})
}

// SyncDir has a test of its own, since a real one takes too long for a random one.
func TestSyncDirIsLikeOS(t *testing.T) {
	dir := t.TempDir()
	for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "mem": vfs.NewMem()} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, fsys.MkdirAll(dir))
			write(t, fsys, filepath.Join(dir, "a"), "1", "")
			require.NoError(t, fsys.SyncDir(dir))
			require.ErrorIs(t, fsys.SyncDir(filepath.Join(dir, "a")), syscall.ENOTDIR)
			require.ErrorIs(t, fsys.SyncDir(filepath.Join(dir, "b")), fs.ErrNotExist)
		})
	}
}

func readAt(fsys vfs.FS, name, _ string) (any, error) {
	if info, err := fsys.Stat(name); err != nil || info.IsDir {
		return nil, err // the real one opens a folder and fails to read it
	}
	r, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 4)
	n, err := r.ReadAt(b, 3)
	if err == io.EOF {
		err = nil
	}
	return []any{string(b[:n]), r.Size()}, errors.Join(err, r.Close())
}

// scratch writes and reads a file without a name, and looks what there is in the folder meanwhile.
func scratch(fsys vfs.FS, dir, text string) (any, error) {
	s, err := fsys.Scratch(dir)
	if err != nil {
		return nil, err
	}
	_, err = s.Write([]byte(text))
	b := make([]byte, 6)
	n, early := s.ReadAt(b, 1)
	_, again := s.Write([]byte(text))
	m, _ := s.ReadAt(b[n:], int64(len(text)))
	entries, list := fsys.ReadDir(dir)
	err = errors.Join(err, again, list, s.Close())
	return []any{string(b[:n+m]), early == io.EOF, entries, s.Close() != nil}, err
}

// pair is the two file systems under test.
type pair struct {
	t         *rapid.T
	dir       string
	real, mem vfs.FS
}

func (p *pair) each(do func(fsys vfs.FS, name, other string) (any, error)) func(*rapid.T) {
	path := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3).Draw(t, "parts")
		return filepath.Join(p.dir, strings.Join(parts, "/"))
	})
	return func(t *rapid.T) {
		name, other := path.Draw(t, "name"), path.Draw(t, "other")
		want, wantErr := do(p.real, name, other)
		got, gotErr := do(p.mem, name, other)
		require.Equal(t, kind(wantErr), kind(gotErr), "real: %v, mem: %v", wantErr, gotErr)
		if wantErr == nil {
			require.Equal(t, want, got)
		}
	}
}

// anyReason hides why a rename failed: where there are several reasons, each system has its own order of looking.
func anyReason(err error) error {
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return errors.New("rename failed: " + err.Error())
}

// kind is what a caller can tell of an error.
func kind(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTEMPTY):
		return "exists"
	case errors.Is(err, syscall.ENOTDIR):
		return "not a folder"
	}
	return "other"
}

func TestInject(t *testing.T) {
	full := syscall.ENOSPC
	create := func(fsys vfs.FS) error {
		f, err := fsys.Create("a")
		if err != nil {
			return err
		}
		_, err = f.Write([]byte("12345"))
		err = errors.Join(err, f.Sync())
		return errors.Join(err, f.Sync(), f.Close())
	}
	tests := []struct {
		name string
		op   vfs.Op
		err  error
		// tree is what there is afterwards, synced what of it survives a crash, given that the name does.
		tree, synced string
		fails        bool
	}{
		{"nothing", vfs.OpCreate, nil, "a=12345", "a=12345", false},
		{"create without effect", vfs.OpCreate, full, "", "", true},
		{"create with effect", vfs.OpCreate, vfs.After(full), "a=", "a=", true},
		{"write without effect", vfs.OpWrite, full, "a=", "a=", true},
		{"write with effect", vfs.OpWrite, vfs.After(full), "a=12345", "a=12345", true},
		{"short write", vfs.OpWrite, vfs.Short(2, full), "a=12", "a=12", true},
		{"sync fails, the next one lies", vfs.OpSync, full, "a=12345", "a=", true},
		{"sync with effect", vfs.OpSync, vfs.After(full), "a=12345", "a=12345", true},
		{"sync lies", vfs.OpSync, vfs.ErrLie, "a=12345", "a=", false},
		{"close", vfs.OpClose, full, "a=12345", "a=12345", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := vfs.NewMem()
			once := false
			err := create(vfs.Inject(m, func(op vfs.Op, name string) error {
				require.Equal(t, "a", name)
				switch {
				case op != test.op, once && test.err != vfs.ErrLie:
					return nil
				}
				once = true
				return test.err
			}))
			require.True(t, once)
			if test.fails {
				require.ErrorIs(t, err, full)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, test.tree, tree(t, m, "/"))
			require.NoError(t, m.SyncDir("/"))
			require.Equal(t, test.synced, tree(t, m.Crash(nil), "/"))
		})
	}
}

func TestInjectNamesEveryOperation(t *testing.T) {
	var ops []string
	fsys := vfs.Inject(vfs.NewMem(), func(op vfs.Op, name string) error {
		ops = append(ops, op.String()+" "+name)
		return nil
	})
	require.NoError(t, fsys.Mkdir("d"))
	require.NoError(t, fsys.MkdirAll("d/e"))
	write(t, fsys, "d/a", "1", "2")
	require.NoError(t, fsys.Link("d/a", "d/b"))
	require.NoError(t, fsys.Rename("d/b", "d/c"))
	require.NoError(t, fsys.Remove("d/c"))
	require.NoError(t, fsys.SyncDir("d"))
	_, err := fsys.ReadDir("d")
	require.NoError(t, err)
	_, err = fsys.Stat("d/a")
	require.NoError(t, err)
	_, err = fsys.ReadFile("d/a")
	require.NoError(t, err)
	r, err := fsys.Open("d/a")
	require.NoError(t, err)
	_, err = r.ReadAt(make([]byte, 1), 0)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	s, err := fsys.Scratch("d")
	require.NoError(t, err)
	_, err = s.Write([]byte("1"))
	require.NoError(t, err)
	_, err = s.ReadAt(make([]byte, 1), 0)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Equal(t, []string{"mkdir d", "mkdirall d/e", "create d/a", "write d/a", "sync d/a", "write d/a", "close d/a", "link d/b",
		"rename d/c", "remove d/c", "syncdir d", "readdir d", "stat d/a", "readfile d/a", "open d/a", "readat d/a",
		"scratch d/scratch", "write d/scratch", "readat d/scratch", "close d/scratch"}, ops)
}
