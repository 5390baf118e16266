package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	for name, test := range map[string]struct {
		key, value string
		want       func(*Config)
	}{
		"a duration": {"execution.checkpointing.interval", "5 s", func(c *Config) { c.Checkpointing.Interval = 5 * time.Second }},
		"off":        {"execution.checkpointing.interval", "OFF", func(c *Config) { c.Checkpointing.Interval = 0 }},
		"an enum in lower case with -": {"execution.checkpointing.mode", "at-least-once", func(c *Config) {
			c.Checkpointing.Mode = AtLeastOnce
		}},
		"an enum in capitals with _": {"restart-strategy.type", "FIXED_DELAY", func(c *Config) { c.Restart.Strategy = FixedDelayStrategy }},
		"Flink's other word":         {"restart-strategy.type", "disable", func(c *Config) { c.Restart.Strategy = NoRestart }},
		"compression as a boolean": {"execution.checkpointing.snapshot-compression", "false", func(c *Config) {
			c.Checkpointing.Compression = NoCompression
		}},
		"a folder makes the storage a file system": {"execution.checkpointing.dir", "/data", func(c *Config) {
			c.Checkpointing.Dir, c.Checkpointing.Storage = "/data", FileSystem
		}},
		"a folder as Flink writes it": {"execution.checkpointing.dir", "file:///data", func(c *Config) {
			c.Checkpointing.Dir, c.Checkpointing.Storage = "/data", FileSystem
		}},
		"a size":                     {"execution.checkpointing.data-inline-threshold", "1 mb", func(c *Config) { c.Checkpointing.InlineThreshold = 1 << 20 }},
		"key groups":                 {"pipeline.max-parallelism", "256", func(c *Config) { c.MaxParallelism = 256 }},
		"records of loops":           {"pipeline.loop.records-in-memory", "100", func(c *Config) { c.LoopRecordsInMemory = 100 }},
		"folders of scratch files":   {"io.tmp.dirs", "/a, file:///b", func(c *Config) { c.TempDirs = []string{"/a", "/b"} }},
		"key groups not chosen":      {"pipeline.max-parallelism", "-1", func(c *Config) {}},
		"a parallelism by uid":       {"parallelism.Count", "3", func(c *Config) { c.Parallelisms = map[string]int{"Count": 3} }},
		"a parallelism of inner":     {"parallelism.Clean.Trim", "3", func(c *Config) { c.Parallelisms = map[string]int{"Clean.Trim": 3} }},
		"what changed":               {"execution.checkpointing.incremental", "true", func(c *Config) { c.Checkpointing.Incremental = true }},
		"a number":                   {"restart-strategy.exponential-delay.jitter-factor", "0.5", func(c *Config) { c.Restart.ExponentialDelay.JitterFactor = 0.5 }},
		"the word of the default":    {"execution.state-recovery.claim-mode", "no_claim", func(c *Config) {}},
		"accepted, though no effect": {"execution.checkpointing.unaligned.forced", "true", func(c *Config) {}},
		"not supported, but true":    {"state.backend.type", "HASHMAP", func(c *Config) {}},
		"accepted":                   {"execution.checkpointing.file-merging.max-file-size", "64 mb", func(c *Config) {}},
		"accepted, the cleaner":      {"execution.checkpointing.cleaner.parallel-mode", "false", func(c *Config) {}},
		"accepted, its timers":       {"execution.checkpointing.unaligned.interruptible-timers.enabled", "true", func(c *Config) {}},
		"accepted, its files":        {"execution.checkpointing.unaligned.max-subtasks-per-channel-state-file", "1", func(c *Config) {}},
		"accepted, its buffers":      {"execution.checkpointing.write-buffer-size", "65536", func(c *Config) {}},
		"Flink's heap":               {"state.backend.type", "hashmap", func(c *Config) {}},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := Default(), Default()
			require.NoError(t, Set(&got, test.key, test.value))
			test.want(&want)
			require.Equal(t, want, got)
		})
	}
}

func TestSetErrors(t *testing.T) {
	for name, test := range map[string]struct{ key, value, want string }{
		"a typing error": {
			"execution.checkpointing.intervall", "5 s",
			`unknown option "execution.checkpointing.intervall": did you mean execution.checkpointing.interval?`,
		},
		"only the end of a key": {"interval", "5 s", `unknown option "interval": did you mean execution.checkpointing.interval?`},
		"swapped letters":       {"paralellism.default", "2", `unknown option "paralellism.default": did you mean parallelism.default?`},
		"nothing like it":       {"xyzzy-plugh-twisty-passages-all-alike", "2", `unknown option "xyzzy-plugh-twisty-passages-all-alike"`},
		"a bad duration": {
			"execution.checkpointing.timeout", "soon",
			`execution.checkpointing.timeout: "soon" is not a value of it: want a duration such as 10 s, 500 ms or 1m30s; a bare number is milliseconds`,
		},
		"interval 0": {
			"execution.checkpointing.interval", "0",
			`execution.checkpointing.interval: "0" is not a value of it: write off to do without`,
		},
		"a bad word": {
			"execution.checkpointing.mode", "TWICE",
			`execution.checkpointing.mode: "TWICE" is not a value of it: want EXACTLY_ONCE or AT_LEAST_ONCE`,
		},
		"a bad boolean": {
			"execution.checkpointing.create-subdir", "yes",
			`execution.checkpointing.create-subdir: "yes" is not a value of it: want true or false`,
		},
		"a bad number":   {"parallelism.Count", "many", `parallelism.Count: "many" is not a value of it: want a whole number`},
		"not finite":     {"restart-strategy.exponential-delay.jitter-factor", "NaN", `restart-strategy.exponential-delay.jitter-factor: "NaN" is not a value of it: want a number such as 1.5`},
		"a blob URL":     {"execution.checkpointing.dir", "s3://bucket/x", `execution.checkpointing.dir: "s3://bucket/x" is not a value of it: s3:// is not supported yet: want a local path`},
		"a relative URL": {"execution.checkpointing.dir", "file://x", `execution.checkpointing.dir: "file://x" is not a value of it: want three slashes before an absolute path, as in file:///folder`},
		"nothing to restore": {
			"execution.state-recovery.path", " ",
			`execution.state-recovery.path: " " is not a value of it: want a savepoint, a checkpoint or latest; to start from nothing, or to go on from the job's own checkpoints, leave it out`,
		},
		"a path of nothing": {"execution.checkpointing.local-backup.dirs", "/a,,/b", `execution.checkpointing.local-backup.dirs: "/a,,/b" is not a value of it: want paths separated by commas`},
		"the claiming mode": {"execution.state-recovery.claim-mode", "LEGACY", `execution.state-recovery.claim-mode: "LEGACY" is not a value of it: want NO_CLAIM or CLAIM`},
		"a former name": {
			"state.checkpoints.dir", "/data",
			`unknown option "state.checkpoints.dir": it is called execution.checkpointing.dir here, as in newer versions of Flink`,
		},
		"what is two options now": {
			"state.backend.local-recovery", "true",
			`unknown option "state.backend.local-recovery": it is called execution.checkpointing.local-backup.enabled and execution.state-recovery.from-local here, as in newer versions of Flink`,
		},
		"accepted, but no number": {
			"execution.checkpointing.write-buffer-size", "4 kb",
			`execution.checkpointing.write-buffer-size: "4 kb" is not a value of it: want a whole number`,
		},
		"not supported": {
			"state.backend.type", "pebble",
			`state.backend.type: "pebble" is not supported yet; this version always does what heap says`,
		},
		"accepted, but no value": {"execution.checkpointing.file-merging.max-file-size", "big", `execution.checkpointing.file-merging.max-file-size: "big" is not a value of it: want a size such as 20 kb or 1 mb (1 kb is 1024 bytes); a bare number is bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			require.EqualError(t, Set(&c, test.key, test.value), test.want)
			require.Equal(t, Default(), c, "an error leaves the configuration as it was")
		})
	}
}

// Every former name is the name of no option, and leads to some.
func TestFormerNamesLeadToOptions(t *testing.T) {
	for _, f := range formerNames() {
		_, isOption := lookup(f.name)
		require.False(t, isOption, f.name)
		require.NotEmpty(t, f.now, f.name)
		for _, now := range f.now {
			_, isOption := lookup(now)
			require.True(t, isOption, "%s is said to be called %s", f.name, now)
		}
		c := Default()
		require.ErrorContains(t, Set(&c, f.name, "true"), "it is called "+f.now[0])
		_, err := FromEnvironment([]string{EnvironmentName(f.name) + "=true"})
		require.ErrorContains(t, err, "it is called "+EnvironmentName(f.now[0]))
	}
}

func TestUnsupportedIsASentinel(t *testing.T) {
	c := Default()
	require.ErrorIs(t, Set(&c, "state.backend.type", "pebble"), ErrUnsupported)
}

func TestStorageCountsMoreThanItsFolder(t *testing.T) {
	c := Default()
	require.NoError(t, SetAll(&c, Values{
		"execution.checkpointing.storage": {Text: "jobmanager"},
		"execution.checkpointing.dir":     {Text: "/data"},
	}))
	require.Equal(t, JobManager, c.Checkpointing.Storage)
}

// Each error names the place and the key.
func TestSetAllReturnsEveryError(t *testing.T) {
	c := Default()
	err := SetAll(&c, Values{
		"execution.checkpointing.mode": {"x", "job.yaml:3"},
		"parallelism.B":                {"x", Argument},
		"unheard-of":                   {"x", "job.yaml:4"},
		"parallelism.A":                {"1", "job.yaml:5"},
	})
	require.EqualError(t, err, "job.yaml:3: execution.checkpointing.mode: \"x\" is not a value of it: want EXACTLY_ONCE or AT_LEAST_ONCE\n"+
		"job.yaml:4: unknown option \"unheard-of\"\n"+
		"parallelism.B: \"x\" is not a value of it: want a whole number")
	require.Equal(t, map[string]int{"A": 1}, c.Parallelisms)
}

// A Config is copied by value; a copy must not follow what is set later.
func TestParallelismsAreNotShared(t *testing.T) {
	c := Default()
	require.NoError(t, Set(&c, "parallelism.A", "1"))
	before := c
	require.NoError(t, Set(&c, "parallelism.A", "2"))
	require.Equal(t, 1, before.Parallelisms["A"])
}

func TestCheckOperators(t *testing.T) {
	c := Default()
	c.Parallelisms = map[string]int{"Cuont": 2, "Lines": 2, "defalt": 1}
	require.EqualError(t, c.CheckOperators([]string{"Lines", "Count"}),
		"parallelism.Cuont: unknown operator \"Cuont\": did you mean Count?\n"+
			"parallelism.defalt: unknown operator \"defalt\": did you mean default?")
}

func TestSettingsCanBeSetAgain(t *testing.T) {
	want := ForMain()
	want.Checkpointing.Dir, want.Checkpointing.Storage = "/data", FileSystem
	want.Parallelisms = map[string]int{"Count": 3}
	values := Values{}
	for _, setting := range want.Settings() {
		if setting.Value != "" {
			values[setting.Key] = Value{Text: setting.Value}
		}
	}
	got := Default()
	require.NoError(t, SetAll(&got, values))
	require.Equal(t, want, got)
}

func TestSettingsTellWhatChanged(t *testing.T) {
	var changed []string
	for _, setting := range ForMain().Settings() {
		if setting.Changed {
			changed = append(changed, setting.Key+"="+setting.Value)
		}
	}
	require.Equal(t, []string{
		"execution.checkpointing.interval=10 s",
		"execution.checkpointing.tolerable-failed-checkpoints=10",
		"execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION",
		"execution.checkpointing.num-retained=2",
	}, changed)
}

func TestEveryOptionIsWellFormed(t *testing.T) {
	seen := make(map[string]bool)
	for _, option := range Options() {
		t.Run(option.Key, func(t *testing.T) {
			require.False(t, seen[option.Key])
			seen[option.Key] = true
			require.NotEmpty(t, option.Help)
			require.NotEmpty(t, option.Kind)
			c := Default()
			switch {
			case option.Supported && option.get(c) != "":
				require.NoError(t, Set(&c, option.Key, option.get(c)), "a default can be set")
				require.Equal(t, Default(), c)
			case option.Always != "":
				require.NoError(t, Set(&c, option.Key, option.Always))
			}
		})
	}
}

func TestFromEnvironment(t *testing.T) {
	values, err := FromEnvironment([]string{
		"PATH=/bin",
		"STREAMGEN_EXECUTION_CHECKPOINTING_MIN_PAUSE=1 s",
		"STREAMGEN_PARALLELISM_DEFAULT=4",
	})
	require.NoError(t, err)
	require.Equal(t, Values{
		"execution.checkpointing.min-pause": {"1 s", "STREAMGEN_EXECUTION_CHECKPOINTING_MIN_PAUSE"},
		"parallelism.default":               {"4", "STREAMGEN_PARALLELISM_DEFAULT"},
	}, values)

	_, err = FromEnvironment([]string{"STREAMGEN_RESTART_STRATEGY_TIPE=none", "STREAMGEN_EXECUTION_CHECKPOINTING_MOD=x"})
	require.EqualError(t, err, `unknown environment variable "STREAMGEN_EXECUTION_CHECKPOINTING_MOD": did you mean STREAMGEN_EXECUTION_CHECKPOINTING_MODE?`+"\n"+
		`unknown environment variable "STREAMGEN_RESTART_STRATEGY_TIPE": did you mean STREAMGEN_RESTART_STRATEGY_TYPE?`)
}

// Whatever said it: the lines of a file in their order, then variables, then arguments, by key, then what has no place.
func TestMistakesAreSorted(t *testing.T) {
	file, fileErr := FromYAML("job.yaml", []byte("parallelism.default: many\nzzz: 1\naaa:\nrestart-strategy.type: never\naaa: 2\nbbb: 3\nccc: 4\nddd: 5\neee: 6\nfff: 7\nggg: 8\n"))
	environment, environmentErr := FromEnvironment([]string{"STREAMGEN_PIPELINE_MAX_PARALLELISM=x", "STREAMGEN_EXECUTION_CHECKPOINTING_INTERVAL=y"})
	arguments := Values{"execution.checkpointing.mode": {"z", Argument}, "alpha": {"1", Argument}}
	c := Default()
	err := Join(errors.New("more"), environmentErr, fileErr, SetAll(&c, arguments.Over(environment.Over(file))))
	var places []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		place, _, _ := strings.Cut(line, ": ")
		places = append(places, place)
	}
	require.Equal(t, []string{
		"job.yaml:1", "job.yaml:2", "job.yaml:3", "job.yaml:4", "job.yaml:5", "job.yaml:6", "job.yaml:7", "job.yaml:8", "job.yaml:9", "job.yaml:10", "job.yaml:11",
		"STREAMGEN_EXECUTION_CHECKPOINTING_INTERVAL", "STREAMGEN_PIPELINE_MAX_PARALLELISM", "execution.checkpointing.mode", "unknown option \"alpha\"", "more",
	}, places)
}

// What nobody said of the storage is not said for it: given back, it would mean more than nothing, or contradict a folder.
func TestEffectiveLeavesOutWhatFollows(t *testing.T) {
	src := ForMain().WriteYAML(nil)
	require.Regexp(t, `(?m)^# execution\.checkpointing\.storage: jobmanager +# follows from dir$`, string(src))
	again, err := FromYAML("again.yaml", src)
	require.NoError(t, err)
	c := ForMain()
	require.NoError(t, SetAll(&c, again))
	require.Equal(t, ForMain(), c)
	require.NotContains(t, again, "execution.checkpointing.storage")

	said := Values{"execution.checkpointing.storage": {"jobmanager", Argument}}
	require.Regexp(t, `(?m)^execution\.checkpointing\.storage: jobmanager +# -D$`, string(ForMain().WriteYAML(said)))
}

// A variable of the environment names an operator in capitals: whom it means is known when the operators are.
func TestParallelismFromTheEnvironment(t *testing.T) {
	uids := []string{"Count", "Words.Split-Lines", "split", "SPLIT"}
	for name, test := range map[string]struct {
		file, environment, arguments Values
		want                         map[string]int
		err                          string
	}{
		"a variable":             {environment: Values{"parallelism.COUNT": {"3", "STREAMGEN_PARALLELISM_COUNT"}}, want: map[string]int{"Count": 3}},
		"points and dashes":      {environment: Values{"parallelism.WORDS_SPLIT_LINES": {"3", "STREAMGEN_PARALLELISM_WORDS_SPLIT_LINES"}}, want: map[string]int{"Words.Split-Lines": 3}},
		"above a file":           {file: Values{"parallelism.Count": {"2", "job.yaml:1"}}, environment: Values{"parallelism.COUNT": {"3", "STREAMGEN_PARALLELISM_COUNT"}}, want: map[string]int{"Count": 3}},
		"below an argument":      {arguments: Values{"parallelism.Count": {"4", Argument}}, environment: Values{"parallelism.COUNT": {"3", "STREAMGEN_PARALLELISM_COUNT"}}, want: map[string]int{"Count": 4}},
		"beside others":          {arguments: Values{"parallelism.split": {"4", Argument}}, environment: Values{"parallelism.COUNT": {"3", "STREAMGEN_PARALLELISM_COUNT"}}, want: map[string]int{"Count": 3, "split": 4}},
		"of nobody":              {environment: Values{"parallelism.CUONT": {"3", "STREAMGEN_PARALLELISM_CUONT"}}, err: `unknown environment variable "STREAMGEN_PARALLELISM_CUONT": did you mean STREAMGEN_PARALLELISM_COUNT?`},
		"of nearly the default":  {environment: Values{"parallelism.DEFALT": {"3", "STREAMGEN_PARALLELISM_DEFALT"}}, err: `unknown environment variable "STREAMGEN_PARALLELISM_DEFALT": did you mean STREAMGEN_PARALLELISM_DEFAULT?`},
		"of more than one":       {environment: Values{"parallelism.SPLIT": {"3", "STREAMGEN_PARALLELISM_SPLIT"}}, err: "STREAMGEN_PARALLELISM_SPLIT: it may mean split or SPLIT: set each by -D parallelism.split=3"},
		"a variable of no value": {environment: Values{"parallelism.COUNT": {"x", "STREAMGEN_PARALLELISM_COUNT"}}, err: `STREAMGEN_PARALLELISM_COUNT: parallelism.Count: "x" is not a value of it: want a whole number`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range test.environment {
				values, err := FromEnvironment([]string{v.From + "=" + v.Text})
				require.NoError(t, err)
				require.Equal(t, test.environment, values)
			}
			c := Default()
			values, err := test.arguments.Over(test.environment.Over(test.file)).ForOperators(uids)
			if err == nil {
				err = SetAll(&c, values)
			}
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, c.Parallelisms)
		})
	}
}

// Arguments have no lines by which mistakes of theirs could be sorted.
func TestOperatorsThatAreNotThereAreInOrder(t *testing.T) {
	values := Values{}
	for _, uid := range []string{"A", "B", "C", "D"} {
		values["parallelism."+uid] = Value{"2", Argument}
	}
	for range 20 {
		_, err := values.ForOperators([]string{"Count"})
		require.Regexp(t, `(?s)parallelism\.A: .*parallelism\.B: .*parallelism\.C: .*parallelism\.D: `, err.Error())
	}
}
