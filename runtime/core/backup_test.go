package core_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/core"
)

// A start after a crash reads second copies if they are kept and to be read, and the files of the checkpoint otherwise.
func TestSecondCopiesAreKeptAndRead(t *testing.T) {
	for _, test := range []struct {
		name              string
		write, read       bool
		copies, firstRead bool
	}{
		{"neither", false, false, false, true},
		{"kept", true, false, true, true},
		{"to be read, but there are none", false, true, false, true},
		{"kept and read", true, true, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			disk := vfs.NewMem()
			c := often()
			c.Checkpointing.InlineThreshold, c.Checkpointing.NumRetained = 0, 1
			c.Checkpointing.LocalBackupDirs = []string{"/temporary"} // what the driver with goroutines begins with
			set(t, "execution.checkpointing.local-backup.enabled", strconv.FormatBool(test.write), "execution.checkpointing.local-backup.dirs", "/local",
				"execution.state-recovery.from-local", strconv.FormatBool(test.read))(&c)
			stored := false
			s := begun(t, counting(disk, "/out"), c, disk, "/job", func(e runtime.Event) {
				files, err := disk.ReadDir("/job/data")
				stored = stored || e.Kind == runtime.EventCommitted && err == nil && len(files) > 0
			})
			for !stored {
				require.True(t, s.Step())
			}
			_, err := disk.Stat("/local")
			require.Equal(t, test.copies, err == nil)

			firstRead := false
			fs := vfs.Inject(disk, func(op vfs.Op, name string) error {
				firstRead = firstRead || op == vfs.OpOpen && strings.HasPrefix(name, "/job/data/")
				return nil
			})
			s, err = core.Simulate(counting(fs, "/out"), c, fs, "/job", rand.New(rand.NewPCG(2, 0)), nil)
			require.NoError(t, err)
			finish(t, s)
			require.Equal(t, test.firstRead, firstRead)
		})
	}
}
