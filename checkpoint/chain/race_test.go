package chain_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// at runs interrupt before the n-th operation.
func at(fsys vfs.FS, n int, interrupt func()) vfs.FS {
	return vfs.Inject(fsys, func(vfs.Op, string) error {
		if n--; n == -1 {
			interrupt()
		}
		return nil
	})
}

// outcome requires that a runner that met others either did its work or was told that it was fenced.
func outcome(t *testing.T, err error) {
	if err != nil {
		require.ErrorIs(t, err, chain.ErrFenced)
	}
}

// A runner is stopped before each of its operations, another one lives its whole life, and the first goes on.
func TestTwoRunners(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		require.NoError(t, run(mem, 1, 2, func(string) {}))
		published := []string{"1/1"}
		publish := func(mark string) { published = append(published, mark) }
		met := false
		second := 0
		fsys := at(mem, point, func() {
			met = true
			require.NoError(t, run(mem, 2, 1, publish))
			second = len(published)
		})
		err := run(fsys, 3, 1, publish)
		outcome(t, err)
		check(t, mem.Crash(nil), published)
		check(t, mem, published)
		require.False(t, t.Failed(), "stopped at %d", point)
		if !met {
			require.NoError(t, err)
			return
		}
		// Whoever had begun to publish was fenced, and was told so at its next publication. Who was only starting may have started over.
		if errors.Is(err, chain.ErrFenced) {
			require.Len(t, published, second, "stopped at %d", point)
		}
	}
}

// The same with a third runner in the middle of the second, and the second only partly through when the first goes on.
func TestThreeRunners(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 5
	}
	for outer := 0; ; outer += step {
		met := false
		for inner := 0; ; inner += step {
			mem := vfs.NewMem()
			var published []string
			publish := func(mark string) { published = append(published, mark) }
			met = false
			metInner := false
			err := run(at(mem, outer, func() {
				met = true
				outcome(t, run(at(mem, inner, func() {
					metInner = true
					outcome(t, run(mem, 1, 1, publish))
				}), 1, 1, publish))
			}), 2, 1, publish)
			outcome(t, err)
			check(t, mem, published)
			if t.Failed() {
				t.Fatalf("stopped at %d and %d", outer, inner)
			}
			if !metInner {
				break
			}
		}
		if !met {
			return
		}
	}
}

// sleeper is a runner that does one file operation at a time, when it is told to.
type sleeper struct {
	goOn chan bool   // false: every operation fails from now on
	next chan string // the operation that it stands before; closed when it has ended
	// before is that operation, empty when it has ended.
	before string
}

// sleep starts a runner, up to its first operation.
func sleep(mem *vfs.Mem, runner func(fsys vfs.FS)) *sleeper {
	s := &sleeper{goOn: make(chan bool), next: make(chan string)}
	dead := false
	fsys := vfs.Inject(mem, func(op vfs.Op, name string) error {
		if !dead {
			s.next <- op.String() + " " + name
			dead = !<-s.goOn
		}
		if dead {
			return errPower
		}
		return nil
	})
	go func() {
		defer close(s.next)
		runner(fsys)
	}()
	s.before = <-s.next
	return s
}

// step lets a runner do the operation that it stands before.
func (s *sleeper) step() {
	s.goOn <- true
	s.before = <-s.next
}

// end ends a runner.
func (s *sleeper) end() {
	for s.before != "" {
		s.goOn <- false
		s.before = <-s.next
	}
}

// schedule runs runners one operation at a time in the order that the generator picks, until all have ended or steps are done; those that
// have not ended then never go on. It leans towards staying with one runner, so that long sleeps are met too.
func schedule(r *rand.Rand, steps int, mem *vfs.Mem, runners ...func(fsys vfs.FS)) {
	alive := make([]*sleeper, len(runners))
	for i, runner := range runners {
		alive[i] = sleep(mem, runner)
	}
	stay := r.IntN(60) + 1
	current := 0
	for ; len(alive) > 0 && steps > 0; steps-- {
		if current >= len(alive) || r.IntN(stay) == 0 {
			current = r.IntN(len(alive))
		}
		if alive[current].step(); alive[current].before == "" {
			alive = append(alive[:current], alive[current+1:]...)
		}
	}
	for _, s := range alive {
		s.end()
	}
}

// Four runners and a power loss at any time, in random schedules. STREAMGEN_SCHEDULES sets how many.
func TestRandomSchedules(t *testing.T) {
	schedules := 3000
	if n, err := strconv.Atoi(os.Getenv("STREAMGEN_SCHEDULES")); err == nil {
		schedules = n
	}
	for seed := range uint64(schedules) {
		r := rand.New(rand.NewPCG(seed, 3))
		mem := vfs.NewMem()
		var published []string
		runner := func(fsys vfs.FS) {
			for range 1 + r.IntN(2) {
				err := run(fsys, 1+r.IntN(2), 1, func(mark string) { published = append(published, mark) })
				if err != nil {
					return
				}
			}
		}
		schedule(r, 20+r.IntN(600), mem, runner, runner, runner, runner)
		check(t, mem.Crash(r), published)
		check(t, mem, published)
		require.False(t, t.Failed(), "seed %d", seed)
	}
}

// freeNumber lets two runners take over, so that the folder of every epoch before them is removed, and then makes the folder of epoch 1
// like a runner that chose the number long ago. The last of the two goes on living.
func freeNumber(t *testing.T, mem *vfs.Mem, publish func(mark string)) *chain.Chain {
	require.NoError(t, run(mem, 1, 1, publish))
	c := take(t, mem)
	mark, err := advance(c)
	require.NoError(t, err)
	publish(mark)
	require.NoError(t, c.Collect(1))
	if c.Epoch() > 2 { // else the first of the two is epoch 1
		_, err = mem.Stat(dir + "/epoch-0000000001")
		require.Error(t, err)
	}
	require.NoError(t, mem.Mkdir(dir+"/epoch-0000000001"))
	return c
}

// A runner sleeps while it takes an epoch, and finds the folder of another under its number: it has to notice, or there are two.
func TestNumberUsedTwiceWhileTaking(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		require.NoError(t, mem.MkdirAll(dir))
		var published []string
		publish := func(mark string) { published = append(published, mark) }
		var other *chain.Chain
		c, err := chain.Take(at(mem, point, func() { other = freeNumber(t, mem, publish) }), dir, job)
		if other == nil {
			require.NoError(t, err)
			return
		}
		winner, loser := other, c
		if err == nil {
			winner, loser = c, other
		}
		outcome(t, err)
		mark, err := advance(winner)
		require.NoError(t, err, "stopped at %d", point)
		publish(mark)
		if loser != nil {
			_, err := advance(loser)
			require.ErrorIs(t, err, chain.ErrFenced, "stopped at %d", point)
		}
		check(t, mem, published)
	}
}

// The same for one that sleeps while it publishes.
func TestNumberUsedTwice(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		published := []string{"1/1"}
		armed, woke, n := false, false, point
		old := take(t, vfs.Inject(mem, func(vfs.Op, string) error {
			if !armed {
				return nil
			}
			if n--; n == -1 {
				woke = true
				freeNumber(t, mem, func(mark string) { published = append(published, mark) })
			}
			return nil
		}))
		mustAdvance(t, old, 1)
		armed = true
		mark, err := advance(old)
		armed = false
		if !woke {
			require.NoError(t, err)
			return
		}
		if err == nil {
			t.Fatalf("the fenced runner published %s when it woke at %d", mark, point)
		}
		require.ErrorIs(t, err, chain.ErrFenced)
		check(t, mem, published)
	}
}

// The second user of a number is a real one here: it chose epoch 1 before anyone, slept, and goes on for a while before the first user
// wakes in the middle of publishing. However far it gets, it must not give the first one a folder.
func TestSecondUserOfANumber(t *testing.T) {
	const ready = "create " + dir + "/epoch-0000000001/.new/manifest-000000000004.4"
	for steps := 0; ; steps++ {
		mem := vfs.NewMem()
		require.NoError(t, mem.MkdirAll(dir))
		published := []string{"1/1"}
		publish := func(mark string) { published = append(published, mark) }

		second := sleep(mem, func(fsys vfs.FS) { _, _ = chain.Take(fsys, dir, job) })
		for second.before != "mkdir "+dir+"/epoch-0000000001" {
			second.step()
		}
		var err error
		first := sleep(mem, func(fsys vfs.FS) {
			c := take(t, fsys)
			mustAdvance(t, c, 1)
			_, err = advance(c)
		})
		for first.before != ready {
			first.step()
		}
		require.NoError(t, run(mem, 1, 1, publish))
		require.NoError(t, run(mem, 1, 1, publish))
		for range steps {
			if second.before != "" {
				second.step()
			}
		}
		ended := second.before == ""
		for first.before != "" {
			first.step()
		}
		require.ErrorIs(t, err, chain.ErrFenced, "the second user had done %d operations", steps)
		for second.before != "" {
			second.step()
		}
		check(t, mem, published)
		if ended {
			return
		}
	}
}
