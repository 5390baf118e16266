package runtime

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

// configOf runs the command and returns the configuration that its job was given.
func (c *command) configOf(t *testing.T) config.Config {
	t.Helper()
	var got config.Config
	c.job.run = func(_ context.Context, env Environment) (Outcome, error) {
		got = env.Config
		return Finished, nil
	}
	c.requireExit(t, exitOK)
	return got
}

func TestMainPresets(t *testing.T) {
	c := newCommand("run", "-D", "execution.checkpointing.dir=/data")
	want := config.ForMain()
	want.Checkpointing.Dir, want.Checkpointing.Storage = "/data", config.FileSystem
	require.Equal(t, want, c.configOf(t))
	require.Contains(t, c.err.String(), `execution.checkpointing.interval="10 s"`, "the presets are told")
}

func TestTheLastSettingWins(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want int
	}{
		"-D after -D":                       {[]string{"-D", "parallelism.default=2", "-Dparallelism.default=3"}, 3},
		"-D after --parallelism":            {[]string{"--parallelism", "2", "-D", "parallelism.default=3"}, 3},
		"--parallelism after -D":            {[]string{"-D", "parallelism.default=2", "--parallelism=3"}, 3},
		"an argument after the environment": {[]string{"-Dparallelism.default=3"}, 3},
		"the environment alone":             {nil, 7},
		"flags after positionals":           {[]string{"a.txt", "b.txt", "--parallelism", "3"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand(append([]string{"run", "-D", "execution.checkpointing.interval=off"}, test.args...)...)
			c.environ = []string{"STREAMGEN_PARALLELISM_DEFAULT=7"}
			require.Equal(t, test.want, c.configOf(t).Parallelism)
		})
	}
}

func TestValuesMayHoldAnything(t *testing.T) {
	got := newCommand("run", "-Dexecution.checkpointing.dir=/a=b, c").configOf(t)
	require.Equal(t, "/a=b, c", got.Checkpointing.Dir)
}

func TestFresh(t *testing.T) {
	require.True(t, newCommand("run", "--fresh", "-Dexecution.checkpointing.dir=/data").configOf(t).Recovery.Fresh)
	require.False(t, newCommand("run", "-Dexecution.checkpointing.dir=/data").configOf(t).Recovery.Fresh)
}

// The user's flags and positional arguments are there when the pipeline is built.
func TestUserFlagsJoin(t *testing.T) {
	for name, args := range map[string][]string{
		"two dashes":          {"run", "a.txt", "--output", "totals", "-v", "b.txt", "--timeout=3s", "-Dexecution.checkpointing.dir=/data"},
		"one dash":            {"run", "-output", "totals", "-timeout=3s", "-v", "-Dexecution.checkpointing.dir=/data", "a.txt", "b.txt"},
		"a terminator":        {"run", "--output=totals", "--timeout", "3s", "-v", "-D", "execution.checkpointing.dir=/data", "--", "a.txt", "b.txt"},
		"for the graph, also": {"graph", "a.txt", "--output=totals", "-timeout", "3s", "-v", "b.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand(args...)
			output := c.flags.String("output", "", "folder of the totals")
			timeout := c.flags.Duration("timeout", 0, "")
			verbose := c.flags.Bool("v", false, "")
			built := false
			build := c.build
			c.build = func() Pipeline {
				built = true
				require.Equal(t, "totals", *output)
				require.Equal(t, 3*time.Second, *timeout)
				require.True(t, *verbose)
				require.Equal(t, []string{"a.txt", "b.txt"}, c.flags.Args())
				require.True(t, c.flags.Parsed())
				return build()
			}
			c.requireExit(t, exitOK)
			require.True(t, built)
		})
	}
}

func TestPositionalsMayLookLikeFlags(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.interval=off", "--", "-output", "--fresh")
	c.flags.String("output", "", "")
	require.False(t, c.configOf(t).Recovery.Fresh)
	require.Equal(t, []string{"-output", "--fresh"}, c.flags.Args())
}

func TestFlagDefinedTwice(t *testing.T) {
	c := newCommand("stop")
	c.flags.Bool("fresh", false, "")
	c.flags.String("D", "", "")
	c.flags.String("output", "", "")
	c.requireExit(t, exitUsage)
	require.Equal(t, `wordcount: the program defines a flag D that runtime.Main has too: give it another name
the program defines a flag fresh that runtime.Main has too: give it another name
`, c.err.String())
}

func TestUsageErrors(t *testing.T) {
	for name, test := range map[string]struct {
		args    []string
		environ []string
		want    string
	}{
		"an unknown option": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "-D", "execution.checkpointing.intervall=1 s"},
			want: `unknown option "execution.checkpointing.intervall": did you mean execution.checkpointing.interval?`,
		},
		"an option that is not supported": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "-D", "state.backend.type=pebble"},
			want: `state.backend.type: "pebble" is not supported yet; this version always does what heap says`,
		},
		"a bad value": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "--parallelism", "many"},
			want: `parallelism.default: "many" is not a value of it: want a whole number`,
		},
		"values that do not go together": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "-Dexecution.checkpointing.num-retained=0", "-Dparallelism.default=0"},
			want: "parallelism.default is 0: want at least 1\nexecution.checkpointing.num-retained is 0: want at least 1",
		},
		"an unknown variable": {
			args: []string{"graph"}, environ: []string{"STREAMGEN_PARALELISM_DEFAULT=1"},
			want: `unknown environment variable "STREAMGEN_PARALELISM_DEFAULT": did you mean STREAMGEN_PARALLELISM_DEFAULT?`,
		},
		"an unknown operator": {
			args: []string{"graph", "-Dparallelism.Cuont=2"},
			want: `parallelism.Cuont: unknown operator "Cuont": did you mean Count?`,
		},
		"an operator of a file or the environment that is not there, and no folder": {
			args: []string{"run", "-Dparallelism.Lines=0"}, environ: []string{"STREAMGEN_PARALLELISM_CUONT=3"},
			want: "unknown environment variable \"STREAMGEN_PARALLELISM_CUONT\": did you mean STREAMGEN_PARALLELISM_COUNT?\n" +
				"parallelism.Lines is 0: want at least 1\n" +
				"where are the checkpoints? Add -D execution.checkpointing.dir=DIR, or set STREAMGEN_EXECUTION_CHECKPOINTING_DIR; " +
				"to run without checkpoints, add -D execution.checkpointing.interval=off; " +
				"to keep them in memory, for restarts within the process, -D execution.checkpointing.storage=jobmanager",
		},
		"an unknown operator, for the options": {
			args: []string{"config", "-Dparallelism.Nope=3"},
			want: `parallelism.Nope: unknown operator "Nope"`,
		},
		"nothing to restore": {
			args: []string{"plan", "-Dexecution.checkpointing.dir=/data", "--savepoint="},
			want: `execution.state-recovery.path: "" is not a value of it: want a savepoint, a checkpoint or latest; to start from nothing, or to go on from the job's own checkpoints, leave it out`,
		},
		"a log format and an option": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "--log-format=xml", "-Dparallelism.default=0"},
			want: "parallelism.default is 0: want at least 1\n--log-format is \"xml\": want text or json",
		},
		"two files": {
			args: []string{"run", "--config=a.yaml", "--config", "b.yaml"},
			want: `invalid argument "b.yaml" for "--config" flag: there is one already, a.yaml: put all options into one file, or give some as -D; see wordcount run --help`,
		},
		"no key": {
			args: []string{"run", "-D", "=x"},
			want: `invalid argument "=x" for "-D, --define" flag: want key=value; see wordcount run --help`,
		},
		"an unknown flag": {
			args: []string{"run", "--paralelism", "3"},
			want: `unknown flag: --paralelism; see wordcount run --help`,
		},
		"an unknown log level": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "--log-level", "loud"},
			want: `--log-level is "loud": want debug, info, warn or error`,
		},
		"an unknown log format": {
			args: []string{"run", "-Dexecution.checkpointing.dir=/data", "--log-format", "xml"},
			want: `--log-format is "xml": want text or json`,
		},
		"a subcommand with a typing error": {
			args: []string{"rum"},
			want: `unknown command "rum": did you mean run?`,
		},
		"no subcommand but an argument": {
			args: []string{"input.txt"},
			want: `unknown command "input.txt": begin with run, as in wordcount run input.txt`,
		},
		"an argument too many": {
			args: []string{"stop", "input.txt"},
			want: `wordcount stop takes no arguments, and got ["input.txt"]`,
		},
		"no folder for checkpoints": {
			args: []string{"run"},
			want: "where are the checkpoints? Add -D execution.checkpointing.dir=DIR, or set STREAMGEN_EXECUTION_CHECKPOINTING_DIR; " +
				"to run without checkpoints, add -D execution.checkpointing.interval=off; " +
				"to keep them in memory, for restarts within the process, -D execution.checkpointing.storage=jobmanager",
		},
		"no folder to find a job in": {
			args: []string{"stop"},
			want: "where are the checkpoints? Add -D execution.checkpointing.dir=DIR, or set STREAMGEN_EXECUTION_CHECKPOINTING_DIR; " +
				"a job without a folder is ended by signals only: SIGTERM stops it, a second SIGINT cancels it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand(test.args...)
			c.environ = test.environ
			c.requireExit(t, exitUsage)
			require.Equal(t, "wordcount: "+test.want+"\n", c.err.String())
			require.Empty(t, c.out.String())
		})
	}
}

func TestCheckpointsMayBeOffOrInMemory(t *testing.T) {
	off := newCommand("run", "-D", "execution.checkpointing.interval=off").configOf(t)
	require.Zero(t, off.Checkpointing.Interval)
	memory := newCommand("run", "-D", "execution.checkpointing.storage=jobmanager").configOf(t)
	require.Equal(t, config.JobManager, memory.Checkpointing.Storage)
}

func TestHelp(t *testing.T) {
	c := newCommand("run", "--help")
	c.flags.String("output", "totals", "folder of the `totals`")
	c.requireExit(t, exitOK)
	for _, part := range []string{"wordcount run -D execution.checkpointing.dir=DIR", "--output", "--fresh", "-D, --define key=value"} {
		require.Contains(t, c.out.String(), part)
	}

	bare := newCommand()
	bare.requireExit(t, exitUsage)
	require.Contains(t, bare.err.String(), "savepoint")
	require.Contains(t, bare.err.String(), "wordcount: say what to do: run, savepoint, stop, cancel, plan, graph or config\n")
}

func TestBuildMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		build func() Pipeline
		want  string
	}{
		"no function":     {nil, "runtime.Main was given no function that builds the pipeline"},
		"nil":             {func() Pipeline { return nil }, "the function that builds the pipeline is to return one: the pipeline is nil"},
		"a pointer to no": {func() Pipeline { return (*fakePipeline)(nil) }, "the function that builds the pipeline is to return one: the pipeline is nil"},
		"a panic":         {func() Pipeline { panic("no input") }, "the function that builds the pipeline panicked: no input"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand("run", "-Dexecution.checkpointing.interval=off")
			c.build = test.build
			c.requireExit(t, exitFailed)
			require.Contains(t, c.err.String(), "wordcount: "+test.want)
		})
	}
}

// What it prints says where each value comes from, and is read back to the same.
func TestConfigPrintsTheOptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "job.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("execution.checkpointing:\n  dir: \"/data: #1\"\n  interval: 1 min\n  timeout: 1 min\n  mode: at-least-once\n")
	c := newCommand("config", "--config", file, "-Dparallelism.Count=3", "-Dexecution.checkpointing.timeout=2 min")
	c.environ = []string{"STREAMGEN_EXECUTION_CHECKPOINTING_TIMEOUT=3 min", "STREAMGEN_EXECUTION_CHECKPOINTING_INTERVAL=2 min"}
	c.requireExit(t, exitOK)
	printed := c.out.String()
	for _, line := range []string{
		`execution.checkpointing.interval: 2 min +# STREAMGEN_EXECUTION_CHECKPOINTING_INTERVAL`,
		`execution.checkpointing.timeout: 2 min +# -D`,
		`execution.checkpointing.mode: AT_LEAST_ONCE +# ` + file + `:5`,
		`execution.checkpointing.dir: "/data: #1" +# ` + file + `:2`,
		`# execution.checkpointing.storage: filesystem +# follows from dir`,
		`execution.checkpointing.num-retained: 2 +# preset`,
		`execution.checkpointing.min-pause: 0 ms +# default`,
		`# execution.checkpointing.savepoint-dir: +# not set`,
		`parallelism.Count: 3 +# -D`,
	} {
		require.Regexp(t, "(?m)^"+line+"$", printed)
	}

	want := newCommand("run", "--config", file).configOf(t)
	again := newCommand("config", "--config", file)
	again.requireExit(t, exitOK)
	write(again.out.String())
	require.Equal(t, want, newCommand("run", "--config", file).configOf(t))
}

// The same run comes of what config prints, be it that of a run that would ask for a folder, or one that is given a folder besides.
func TestConfigIsReadBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "effective.yaml")
	print := func(environ []string, args ...string) {
		c := newCommand(append([]string{"config"}, args...)...)
		c.environ = environ
		c.requireExit(t, exitOK)
		require.NoError(t, os.WriteFile(file, []byte(c.out.String()), 0o600))
	}
	print(nil, "--parallelism", "3", "input.txt")
	asks := newCommand("run", "--config", file)
	asks.requireExit(t, exitUsage)
	require.Contains(t, asks.err.String(), "where are the checkpoints?")
	want := newCommand("run", "--parallelism=3", "-Dexecution.checkpointing.dir=/data").configOf(t)
	require.Equal(t, want, newCommand("run", "--config", file, "-Dexecution.checkpointing.dir=/data").configOf(t))
}

// A variable that names an operator is above the file that does: what is printed is what counts.
func TestConfigPrintsTheParallelismOfOperators(t *testing.T) {
	file := filepath.Join(t.TempDir(), "job.yaml")
	require.NoError(t, os.WriteFile(file, []byte("parallelism: {Count: 2, Lines: 5}\n"), 0o600))
	c := newCommand("config", "--config", file)
	c.environ = []string{"STREAMGEN_PARALLELISM_COUNT=7"}
	c.requireExit(t, exitOK)
	require.Regexp(t, `(?m)^parallelism\.Count: 7 +# STREAMGEN_PARALLELISM_COUNT$`, c.out.String())
	require.Regexp(t, `(?m)^parallelism\.Lines: 5 +# `+file+`:1$`, c.out.String())
	require.NotContains(t, c.out.String(), "parallelism.Count: 2")
}

func TestConfigFileMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "job.yaml")
	require.NoError(t, os.WriteFile(file, []byte("execution.checkpointing:\n  intervall: 1 min\n  mode: twice\n"), 0o600))
	c := newCommand("run", "--config", file, "-Dexecution.checkpointing.timeout=soon")
	c.requireExit(t, exitUsage)
	for _, part := range []string{
		file + `:2: unknown option "execution.checkpointing.intervall": did you mean execution.checkpointing.interval?`,
		file + `:3: execution.checkpointing.mode: "twice" is not a value of it`,
		`execution.checkpointing.timeout: "soon" is not a value of it`,
	} {
		require.Contains(t, c.err.String(), part)
	}
	require.NoError(t, os.WriteFile(file, []byte("execution.checkpointing:\n  min-pause: 1 s\n  num-retained: 0\n  mode: twice\n"), 0o600))
	together := newCommand("run", "--config", file, "-Dexecution.checkpointing.dir=/data")
	together.environ = []string{"STREAMGEN_EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS=2"}
	together.requireExit(t, exitUsage)
	for _, part := range []string{
		file + `:2 and STREAMGEN_EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS: execution.checkpointing.min-pause is 1 s and `,
		file + `:3: execution.checkpointing.num-retained is 0: want at least 1`,
		file + `:4: execution.checkpointing.mode: "twice" is not a value of it`,
	} {
		require.Contains(t, together.err.String(), part)
	}
	missing := newCommand("run", "--config", file+"l")
	missing.requireExit(t, exitUsage)
	require.Equal(t, "wordcount: --config: open "+file+"l: no such file or directory\n", missing.err.String(), "where the checkpoints are may stand in it")

	unread := newCommand("run", "--config", file+"l", "-D", "execution.state-recovery.path=latest", "-D", "execution.checkpointing.mode=foo")
	unread.requireExit(t, exitUsage)
	require.Contains(t, unread.err.String(), "no such file or directory")
	require.Contains(t, unread.err.String(), `execution.checkpointing.mode: "foo" is not a value of it`)
	require.NotContains(t, unread.err.String(), "latest", "what goes together may stand in it too")
}
