package config

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// Values that cannot be read, values out of range, combinations and operators that are not there come together, each with its places.
func TestLoadReturnsEveryMistake(t *testing.T) {
	file, fileErr := FromYAML("job.yaml", []byte(`execution.checkpointing:
  min-pause: 1 s
  num-retained: 0
  mode: foo
  dir:
parallelism.Cuont: 3
restart-strategy.fixed-delay.attempts: -1
`))
	environment, environmentErr := FromEnvironment([]string{
		"STREAMGEN_EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS=2",
		"STREAMGEN_EXECUTION_CHECKPOINTING_UNALIGNED_ENABLED=true",
		"STREAMGEN_PARALLELISM_LINES=0",
	})
	arguments := Values{
		"parallelism.default": {"0", Argument},
		"execution.checkpointing.tolerable-failed-checkpoints": {"-1", Argument},
		"execution.checkpointing.storage":                      {"filesystem", Argument},
	}
	values, operatorsErr := arguments.Over(environment.Over(file)).ForOperators([]string{"Lines", "Count"})
	c := ForMain()
	err := Load(&c, values, errors.Join(fileErr, environmentErr, operatorsErr))
	require.EqualError(t, err, `job.yaml:2 and STREAMGEN_EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS: execution.checkpointing.min-pause is 1 s and `+
		`execution.checkpointing.max-concurrent-checkpoints 2: a pause after each checkpoint means one at a time; set one of them
job.yaml:3: execution.checkpointing.num-retained is 0: want at least 1
job.yaml:4: execution.checkpointing.mode: "foo" is not a value of it: want EXACTLY_ONCE or AT_LEAST_ONCE
job.yaml:5: execution.checkpointing.dir has no value: give it one, or leave it out
job.yaml:6: parallelism.Cuont: unknown operator "Cuont": did you mean Count?
job.yaml:7: restart-strategy.fixed-delay.attempts is -1: it cannot be negative
STREAMGEN_EXECUTION_CHECKPOINTING_MAX_CONCURRENT_CHECKPOINTS and STREAMGEN_EXECUTION_CHECKPOINTING_UNALIGNED_ENABLED: `+
		`execution.checkpointing.unaligned.enabled is true and execution.checkpointing.max-concurrent-checkpoints 2: `+
		`each checkpoint would write down what the others overtake; set it to 1
STREAMGEN_PARALLELISM_LINES: parallelism.Lines is 0: want at least 1
parallelism.default is 0: want at least 1
execution.checkpointing.tolerable-failed-checkpoints is -1: it cannot be negative`,
		"that there is no folder for the storage is not said: its line says so")
}

// What has another value than the one that was meant is not held against other options.
func TestLoadSaysNothingOfValuesThatItCouldNotRead(t *testing.T) {
	c := ForMain()
	err := Load(&c, Values{
		"execution.checkpointing.interval":                {"often", "job.yaml:1"},
		"execution.checkpointing.interval-during-backlog": {"1 s", "job.yaml:2"},
	}, nil)
	require.ErrorContains(t, err, "job.yaml:1: execution.checkpointing.interval: \"often\"")
	require.NotContains(t, err.Error(), "\n")
}

func TestNamesOfOptionsInMessages(t *testing.T) {
	for _, test := range []struct {
		message, key string
		want         bool
	}{
		{"a.b is 1", "a.b", true},
		{"set a.b", "a.b", true},
		{"set a.b.", "a.b", true},
		{"a.b=1 (a.b)", "a.b", true},
		{"a.b-c is 1", "a.b", false},
		{"a.b.c is 1", "a.b", false},
		{"x.a.b is 1", "a.b", false},
		{"xa.b is 1", "a.b", false},
		{"a.b-c is 1, a.b is 2", "a.b", true},
		{"", "a.b", false},
	} {
		require.Equal(t, test.want, names(errors.New(test.message), test.key), "%q in %q", test.key, test.message)
	}
}
