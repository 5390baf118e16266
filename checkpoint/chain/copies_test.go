package chain_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// keeping takes the chain of the job, with copies in two folders. Opened are the files that are opened, warned what is said of copies.
func keeping(t *testing.T, disk *vfs.Mem, copies chain.Copies) (c *chain.Chain, opened, warned *[]string) {
	t.Helper()
	opened, warned = new([]string), new([]string)
	fsys := vfs.Inject(disk, func(op vfs.Op, name string) error {
		if op == vfs.OpOpen {
			*opened = append(*opened, name)
		}
		return nil
	})
	c = take(t, fsys)
	copies.Dirs = []string{"/local/a", "/local/b"}
	copies.Warn = func(message string, err error) { *warned = append(*warned, message+": "+err.Error()) }
	c.Keep(copies)
	return c, opened, warned
}

// copiesOn lists the copies on a disk.
func copiesOn(t *testing.T, fsys vfs.FS) []string {
	t.Helper()
	var all []string
	for _, dir := range []string{"/local/a", "/local/b"} {
		folders, _ := fsys.ReadDir(dir)
		for _, folder := range folders {
			files, err := fsys.ReadDir(path.Join(dir, folder.Name))
			require.NoError(t, err)
			for _, f := range files {
				all = append(all, path.Join(dir, folder.Name, f.Name))
			}
		}
	}
	return all
}

func rewrite(t *testing.T, fsys vfs.FS, name, content string) {
	t.Helper()
	require.NoError(t, fsys.Remove(name))
	f, err := fsys.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestACopyIsReadInsteadOfTheFile(t *testing.T) {
	disk := vfs.NewMem()
	c, _, _ := keeping(t, disk, chain.Copies{Write: true})
	mustAdvance(t, c, 1)
	require.Len(t, copiesOn(t, disk), 1)

	for _, read := range []bool{false, true} {
		c, opened, warned := keeping(t, disk, chain.Copies{Write: true, Read: read})
		require.Equal(t, content(1, 1), readData(t, c.ReadData, c.Head().Checkpoint.Subtasks[0].Data))
		require.Equal(t, read, len(*opened) == 0, "%v", *opened)
		require.Empty(t, *warned)
	}
}

// A copy counts only if the manifest says so, and never if the file is not there.
// Wherever the sum of a name falls, on machines of 32 bits too, its copy has one of the folders.
func TestCopiesAreSpread(t *testing.T) {
	disk := vfs.NewMem()
	c, _, warned := keeping(t, disk, chain.Copies{Write: true})
	for i := range 20 {
		_, err := c.WriteData(1, fmt.Sprint("Count-", i), []byte("state"))
		require.NoError(t, err)
	}
	folders := map[string]bool{}
	for _, name := range copiesOn(t, disk) {
		folders[path.Dir(name)] = true
	}
	require.Len(t, folders, 2)
	require.Empty(t, *warned)
}

func TestACopyIsNotTrusted(t *testing.T) {
	for name, damage := range map[string]func(disk vfs.FS, copied string){
		"lost":    func(disk vfs.FS, copied string) { require.NoError(t, disk.Remove(copied)) },
		"cut off": func(disk vfs.FS, copied string) { rewrite(t, disk, copied, content(1, 1)[:7]) },
		"damaged": func(disk vfs.FS, copied string) { rewrite(t, disk, copied, strings.ToUpper(content(1, 1))) },
		"a folder": func(disk vfs.FS, copied string) {
			require.NoError(t, disk.Remove(copied))
			require.NoError(t, disk.Mkdir(copied))
		},
		"of another": func(disk vfs.FS, copied string) { rewrite(t, disk, copied, content(2, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			disk := vfs.NewMem()
			c, _, _ := keeping(t, disk, chain.Copies{Write: true})
			mustAdvance(t, c, 1)
			damage(disk, copiesOn(t, disk)[0])
			c, opened, warned := keeping(t, disk, chain.Copies{Read: true})
			require.Equal(t, content(1, 1), readData(t, c.ReadData, c.Head().Checkpoint.Subtasks[0].Data))
			require.Len(t, *opened, 1)
			if name == "lost" {
				require.Empty(t, *warned)
			} else {
				require.Len(t, *warned, 1)
				require.Contains(t, (*warned)[0], "the second copy of a snapshot cannot be used (execution.state-recovery.from-local): the first is read")
			}
		})
	}
	disk := vfs.NewMem()
	c, _, _ := keeping(t, disk, chain.Copies{Write: true})
	mustAdvance(t, c, 1)
	require.NoError(t, disk.Remove(path.Join(dir, c.Head().Checkpoint.Subtasks[0].Data.File)))
	_, err := chain.Look(disk, dir, job)
	require.ErrorIs(t, err, chain.ErrDamaged)
}

func TestACopyThatCannotBeWrittenHarmsNothing(t *testing.T) {
	disk := vfs.NewMem()
	fsys := vfs.Inject(disk, func(_ vfs.Op, name string) error {
		if strings.HasPrefix(name, "/local") {
			return errPower
		}
		return nil
	})
	c := take(t, fsys)
	var warned []string
	c.Keep(chain.Copies{Dirs: []string{"/local/a"}, Write: true, Read: true, Warn: func(message string, err error) { warned = append(warned, message) }})
	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	require.Equal(t, content(1, 1), readData(t, c.ReadData, c.Head().Checkpoint.Subtasks[0].Data))
	require.Equal(t, "no second copy of a snapshot could be kept (execution.checkpointing.local-backup): a restore reads the first", warned[0])
}

// Copies go with their files, those of earlier runners too, and those that a lost disk has brought back.
func TestCopiesAreDeletedWithTheirFiles(t *testing.T) {
	disk := vfs.NewMem()
	c, _, _ := keeping(t, disk, chain.Copies{Write: true})
	mustAdvance(t, c, 3)
	require.NoError(t, c.Collect(1))
	left := copiesOn(t, disk)
	require.Len(t, left, 1)
	rewrite(t, disk, left[0], content(1, 3))
	stale := strings.Replace(left[0], "checkpoint-3", "checkpoint-2", 1)
	f, err := disk.Create(stale)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	c, _, _ = keeping(t, disk, chain.Copies{Write: true})
	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	left = copiesOn(t, disk)
	require.Len(t, left, 1)
	require.Contains(t, left[0], "epoch-0000000002-checkpoint-4")
}
