package failures

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

var errDead = errors.New("the process is dead")

// words are those of the input: w0 to w7 in turns, 50 times each.
func words() []string {
	var all []string
	for i := range 400 {
		all = append(all, fmt.Sprint("w", i%8))
	}
	return all
}

// wanted is what each sink holds in the end, a line for each record, sorted.
func wanted() map[string][]string {
	want := map[string][]string{}
	add := func(sink string, record any) {
		line, err := json.Marshal(record)
		if err != nil {
			panic(err)
		}
		want[sink] = append(want[sink], string(line))
	}
	for w := range 8 {
		word := fmt.Sprint("w", w)
		for n := 1; n <= 50; n++ {
			switch {
			case n%3 == 0:
				add("refused", runtime.Failed[string]{Record: word, Operator: "Count", Err: fmt.Sprintf("%d is a multiple of three", n)})
				continue
			case n%2 == 1 && n > 40:
				add("toomuch", runtime.Failed[Total]{Record: Total{word, n}, Operator: "Double", Err: fmt.Sprintf("%d is too much", n)})
			case n%2 == 1:
				add("doubled", Total{word, 2 * n})
			}
			add("totals", Total{word, n})
		}
	}
	for _, lines := range want {
		slices.Sort(lines)
	}
	return want
}

// start starts a run that dies at an operation of the disk, 0 for never.
func start(disk *vfs.Mem, random *rand.Rand, parallelism, dies int) (*core.Simulation, *bool, error) {
	dead, ops := new(bool), 0
	fs := vfs.Inject(disk, func(vfs.Op, string) error {
		ops++
		if *dead = *dead || ops == dies; *dead {
			return errDead
		}
		return nil
	})
	p := &Failures{
		Words:   function.Of(words()...),
		Totals:  file.JSONL[Total]("/totals").On(fs),
		Doubled: file.JSONL[Total]("/doubled").On(fs),
		Refused: file.JSONL[runtime.Failed[string]]("/refused").On(fs),
		TooMuch: file.JSONL[runtime.Failed[Total]]("/toomuch").On(fs),
	}
	c := config.Default()
	c.Parallelism, c.MaxParallelism = parallelism, 8
	c.Checkpointing.Interval = time.Duration(1+random.IntN(3)) * time.Millisecond
	s, err := core.Simulate(p.StreamgenJob(), c, fs, "/job", random, nil)
	return s, dead, err
}

// committed reads what the sinks show.
func committed(t *testing.T, disk *vfs.Mem) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for _, sink := range []string{"totals", "doubled", "refused", "toomuch"} {
		files, err := disk.ReadDir("/" + sink)
		require.NoError(t, err)
		for _, f := range files {
			if strings.HasPrefix(f.Name, ".") {
				continue
			}
			b, err := disk.ReadFile(path.Join("/", sink, f.Name))
			require.NoError(t, err)
			for line := range strings.Lines(string(b)) {
				// Where the record was refused is no matter of the input.
				for subtask := range 3 {
					line = strings.Replace(line, fmt.Sprintf(`"subtask":%d`, subtask), `"subtask":0`, 1)
				}
				got[sink] = append(got[sink], strings.TrimSuffix(line, "\n"))
			}
		}
		slices.Sort(got[sink])
	}
	return got
}

// Whatever a run dies of, in the end each record stands in the totals or among the refused, once: what a failed call emitted is nowhere,
// its state stays.
func TestFailuresUnderCrashes(t *testing.T) {
	want := wanted()
	require.Equal(t, []string{"doubled", "refused", "toomuch", "totals"}, slices.Sorted(maps.Keys(want)))
	crashes := 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		disk := vfs.NewMem()
		for life := 0; ; life++ {
			dies := 0
			if life < 3 {
				dies = 1 + random.IntN(120)
			}
			s, dead, err := start(disk, random, 1+random.IntN(3), dies)
			if core.IsFinished(err) {
				break // it died behind its end
			}
			for err == nil && !*dead && s.Step() {
			}
			if !*dead {
				require.NoError(t, err, "seed %d", seed)
				outcome, err, stuck := s.Outcome()
				require.NoError(t, err, "seed %d", seed)
				require.False(t, stuck, "seed %d", seed)
				require.Equal(t, runtime.Finished, outcome)
				break
			}
			crashes++
			if random.IntN(2) == 0 {
				disk = disk.Crash(random)
			}
		}
		require.Equal(t, want, committed(t, disk), "seed %d", seed)
	}
	t.Logf("%d crashes", crashes)
	require.Greater(t, crashes, 300)
}
