package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

// samples are values of every supported option, as they are printed, none of them what Main begins with.
var samples = map[string]string{
	"parallelism.default":                                              "77",
	"pipeline.max-parallelism":                                         "256",
	"execution.checkpointing.interval":                                 "20 s",
	"execution.checkpointing.interval-during-backlog":                  "1 min",
	"execution.checkpointing.checkpoints-after-tasks-finish":           "false",
	"execution.checkpointing.mode":                                     "AT_LEAST_ONCE",
	"execution.checkpointing.timeout":                                  "2 min",
	"execution.checkpointing.synchronous-timeout":                      "off",
	"execution.checkpointing.min-pause":                                "500 ms",
	"execution.checkpointing.max-concurrent-checkpoints":               "2",
	"execution.checkpointing.tolerable-failed-checkpoints":             "3",
	"execution.checkpointing.externalized-checkpoint-retention":        "DELETE_ON_CANCELLATION",
	"execution.checkpointing.num-retained":                             "5",
	"execution.checkpointing.dir":                                      "/data/checkpoints",
	"execution.checkpointing.storage":                                  "filesystem",
	"execution.checkpointing.create-subdir":                            "false",
	"execution.checkpointing.savepoint-dir":                            "/data/savepoints",
	"execution.checkpointing.data-inline-threshold":                    "1 kb",
	"execution.checkpointing.snapshot-compression":                     "none",
	"execution.checkpointing.incremental":                              "true",
	"execution.checkpointing.unaligned.enabled":                        "true",
	"execution.checkpointing.aligned-checkpoint-timeout":               "30 s",
	"execution.checkpointing.local-backup.enabled":                     "true",
	"execution.checkpointing.local-backup.dirs":                        "/fast,/faster",
	"pipeline.sources.pause-until-first-checkpoint":                    "true",
	"pipeline.loop.records-in-memory":                                  "100",
	"io.tmp.dirs":                                                      "/scratch",
	"sink.committer.retries":                                           "4",
	"execution.state-recovery.path":                                    "/data/savepoints/one",
	"execution.state-recovery.claim-mode":                              "CLAIM",
	"execution.state-recovery.ignore-unclaimed-state":                  "true",
	"execution.state-recovery.without-channel-state.checkpoint-id":     "12",
	"execution.state-recovery.from-local":                              "true",
	"jobmanager.execution.failover-strategy":                           "full",
	"restart-strategy.type":                                            "failure-rate",
	"restart-strategy.exponential-delay.initial-backoff":               "2 s",
	"restart-strategy.exponential-delay.max-backoff":                   "2 min",
	"restart-strategy.exponential-delay.backoff-multiplier":            "2.5",
	"restart-strategy.exponential-delay.jitter-factor":                 "0.25",
	"restart-strategy.exponential-delay.reset-backoff-threshold":       "2 h",
	"restart-strategy.exponential-delay.attempts-before-reset-backoff": "6",
	"restart-strategy.fixed-delay.attempts":                            "7",
	"restart-strategy.fixed-delay.delay":                               "3 s",
	"restart-strategy.failure-rate.max-failures-per-interval":          "8",
	"restart-strategy.failure-rate.failure-rate-interval":              "3 min",
	"restart-strategy.failure-rate.delay":                              "4 s",
}

// needs are the settings without which those of some options are refused.
var needs = map[string][2]string{
	"execution.checkpointing.aligned-checkpoint-timeout": {"execution.checkpointing.unaligned.enabled", "true"},
}

// settingOf is the value of an option.
func settingOf(t *testing.T, c config.Config, key string) string {
	t.Helper()
	for _, s := range c.Settings() {
		if s.Key == key {
			return s.Value
		}
	}
	t.Fatalf("%s has no value", key)
	return ""
}

// said is what a file, the environment and the arguments say of one option; nil: nothing.
type said struct{ file, environment, argument *string }

// command returns the command as it is called with what is said of an option, and what the option needs.
func (s said) command(t *testing.T, name, key string) (c *command, file string) {
	t.Helper()
	args := []string{name}
	if key != dirKey {
		args = append(args, "-D", dirKey+"=/data")
	}
	if need, ok := needs[key]; ok {
		args = append(args, "-D", need[0]+"="+need[1])
	}
	if s.file != nil {
		file = filepath.Join(t.TempDir(), "job.yaml")
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "%s: '%s'\n", key, *s.file), 0o600))
		args = append(args, "--config", file)
	}
	if s.argument != nil {
		args = append(args, "-D", key+"="+*s.argument)
	}
	c = newCommand(args...)
	if s.environment != nil {
		c.environ = []string{config.EnvironmentName(key) + "=" + *s.environment}
	}
	return c, file
}

// Every option can be set in each way: what runs is given it, config prints it with where it was said, and what is said more strongly counts.
func TestEveryOptionInEveryWay(t *testing.T) {
	for _, option := range config.Options() {
		if !option.Supported || option.Field == "" {
			continue
		}
		t.Run(option.Key, func(t *testing.T) {
			key, value := option.Key, samples[option.Key]
			require.NotEmpty(t, value, "the option has no sample")
			weaker := settingOf(t, config.ForMain(), key)
			if weaker == "" {
				weaker = "/weaker"
			}
			require.NotEqual(t, weaker, value)

			const inFile, inEnvironment = "job.yaml", "STREAMGEN_"
			for _, test := range []struct {
				name string
				said said
				from string
			}{
				{"a file", said{file: &value}, inFile},
				{"the environment", said{environment: &value}, inEnvironment},
				{"the environment above a file", said{file: &weaker, environment: &value}, inEnvironment},
				{"an argument", said{argument: &value}, config.Argument},
				{"an argument above all", said{file: &weaker, environment: &weaker, argument: &value}, config.Argument},
			} {
				t.Run(test.name, func(t *testing.T) {
					run, _ := test.said.command(t, "run", key)
					require.Equal(t, value, settingOf(t, run.configOf(t), key))
					c, file := test.said.command(t, "config", key)
					c.requireExit(t, exitOK)
					from := map[string]string{inFile: file + ":1", inEnvironment: config.EnvironmentName(key), config.Argument: config.Argument}[test.from]
					require.Regexp(t, `(?m)^`+regexp.QuoteMeta(key+": "+value)+` +# `+regexp.QuoteMeta(from)+`$`, c.out.String())
				})
			}
			t.Run("Go", func(t *testing.T) {
				require.Equal(t, value, settingOf(t, runWithField(t, option, value), key))
			})
		})
	}
}

// runWithField sets the field that the documentation names for an option, and nothing else but what the option needs, and returns what the job is given.
func runWithField(t *testing.T, option config.Option, value string) (got config.Config) {
	t.Helper()
	job := &fakeJob{name: "WordCount", run: func(_ context.Context, env Environment) (Outcome, error) {
		got = env.Config
		return Finished, nil
	}}
	require.NoError(t, Run(t.Context(), &fakePipeline{job}, WithCheckpoints("/data", config.ForMain().Checkpointing.Interval), WithConfig(func(c *config.Config) {
		if need, ok := needs[option.Key]; ok {
			require.NoError(t, config.Set(c, need[0], need[1]))
		}
		parsed := config.Default()
		require.NoError(t, config.Set(&parsed, option.Key, value))
		field(c, option.Field).Set(field(&parsed, option.Field))
	})))
	return got
}

// field is a field of a configuration, by its name with points.
func field(c *config.Config, name string) reflect.Value {
	v := reflect.ValueOf(c).Elem()
	for part := range strings.SplitSeq(name, ".") {
		v = v.FieldByName(part)
	}
	return v
}
