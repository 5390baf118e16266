package chain_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

var errPower = errors.New("power loss")

// dying lets a file system work for n operations. The one after these and all that follow fail, as for a process that is no more.
func dying(fsys vfs.FS, n int) (_ vfs.FS, done func() bool) {
	return vfs.Inject(fsys, func(vfs.Op, string) error {
			if n--; n < 0 {
				return errPower
			}
			return nil
		}), func() bool {
			return n < 0
		}
}

// Every operation of two runners in a row is a crash point, and after each the machine is found in several ways.
func TestEveryCrashPoint(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		fsys, crashed := dying(mem, point)
		var published []string
		publish := func(mark string) { published = append(published, mark) }
		err := run(fsys, 2, 1, publish)
		if err == nil {
			err = run(fsys, 3, 2, publish)
		}
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, uint64(point)))
			if seed == 0 {
				r = nil
			}
			left := mem.Crash(r)
			check(t, left, published)
			if t.Failed() {
				t.Fatalf("crash point %d, seed %d", point, seed)
			}
			// And the job goes on, collecting what the crash left.
			require.NoError(t, run(left, 1, 1, func(string) {}))
			require.Len(t, files(t, left), 5, "data, its file, an epoch, its .new, its manifest")
		}
		if !crashed() {
			require.NoError(t, err)
			require.Len(t, published, 5)
			t.Logf("%d crash points", point)
			return
		}
	}
}

// Crashes follow one another, the next one while the job recovers from the last.
func TestCrashAfterCrash(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 2))
		mem := vfs.NewMem()
		var published []string
		for range 6 {
			fsys, _ := dying(mem, r.IntN(120))
			_ = run(fsys, 3, 1+r.IntN(3), func(mark string) { published = append(published, mark) })
			mem = mem.Crash(r)
		}
		check(t, mem, published)
		require.False(t, t.Failed(), "seed %d", seed)
	}
}

// A process that is killed leaves what it wrote, synced or not; the machine may lose power later.
func TestKillThenCrash(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		fsys, killed := dying(mem, point)
		var published []string
		publish := func(mark string) { published = append(published, mark) }
		_ = run(fsys, 2, 1, publish)
		require.NoError(t, run(mem, 1, 1, publish))
		for seed := range uint64(4) {
			check(t, mem.Crash(rand.New(rand.NewPCG(seed, uint64(point)))), published)
		}
		check(t, mem.Crash(nil), published)
		require.False(t, t.Failed(), "kill point %d", point)
		if !killed() {
			return
		}
	}
}

// Single failures at every operation, without effect, with effect, and of a full disk: the job that goes on, or starts again, has lost
// nothing.
func TestEveryFailure(t *testing.T) {
	for _, failure := range []error{errPower, vfs.After(errPower)} {
		for point := 0; ; point++ {
			mem := vfs.NewMem()
			n, failed := point, false
			fsys := vfs.Inject(mem, func(vfs.Op, string) error {
				if n--; n == -1 {
					failed = true
					return failure
				}
				return nil
			})
			var published []string
			for range 2 {
				_ = run(fsys, 3, 1, func(mark string) { published = append(published, mark) })
			}
			check(t, mem.Crash(nil), published)
			check(t, mem, published)
			require.False(t, t.Failed(), "failure %T at %d", failure, point)
			if !failed {
				break
			}
		}
	}
}
