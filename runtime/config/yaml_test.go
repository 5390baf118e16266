package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestYAMLKeysAreNestedOrDotted(t *testing.T) {
	values, err := FromYAML("job.yaml", []byte(`# what we run every night
execution:
  checkpointing:
    interval: 30 s
    unaligned.enabled: true
  checkpointing.mode: at-least-once
execution.checkpointing.dir: "/data"
parallelism:
  default: 4
  Count: 08
restart-strategy.exponential-delay.backoff-multiplier: 1.50
restart-strategy.type: none
execution.checkpointing.savepoint-dir: ''
`))
	require.NoError(t, err)
	require.Equal(t, Values{
		"execution.checkpointing.interval":                      {"30 s", "job.yaml:4"},
		"execution.checkpointing.unaligned.enabled":             {"true", "job.yaml:5"},
		"execution.checkpointing.mode":                          {"at-least-once", "job.yaml:6"},
		"execution.checkpointing.dir":                           {"/data", "job.yaml:7"},
		"parallelism.default":                                   {"4", "job.yaml:9"},
		"parallelism.Count":                                     {"08", "job.yaml:10"},
		"restart-strategy.exponential-delay.backoff-multiplier": {"1.50", "job.yaml:11"},
		"restart-strategy.type":                                 {"none", "job.yaml:12"},
		"execution.checkpointing.savepoint-dir":                 {"", "job.yaml:13"},
	}, values)
}

func TestYAMLWithoutOptions(t *testing.T) {
	for _, src := range []string{"", "# later\n", "{}", "---\n"} {
		values, err := FromYAML("job.yaml", []byte(src))
		require.NoError(t, err, src)
		require.Empty(t, values, src)
	}
}

func TestYAMLMistakes(t *testing.T) {
	for name, test := range map[string]struct{ src, want string }{
		"no mapping":      {"interval", "job.yaml:1: a configuration is a mapping, as in execution.checkpointing.interval: 30 s"},
		"a list":          {"a:\n  b: [1, 2]", "job.yaml:2: a.b is a list: no option takes one"},
		"no value":        {"a:\n  b:", "job.yaml:2: a.b has no value: give it one, or leave it out"},
		"null":            {"a: ~", "job.yaml:1: a has no value: give it one, or leave it out"},
		"an alias":        {"a: &x 1\nb: *x", "job.yaml:2: b is an alias: write the value out"},
		"a merge":         {"a: &x {b: 1}\nc:\n  <<: *x", "job.yaml:3: a key is to be the name of an option, or the beginning of one"},
		"a list as a key": {"? [a]\n: 1", "job.yaml:1: a key is to be the name of an option, or the beginning of one"},
		"twice":           {"a.b: 1\na:\n  b: 2", "job.yaml:3: a.b is set twice, also at job.yaml:1"},
		"all at once": {"a:\nb:", "job.yaml:1: a has no value: give it one, or leave it out\n" +
			"job.yaml:2: b has no value: give it one, or leave it out"},
		"two documents": {"a: 1\n---\nb: 2", "job.yaml: there is a second document behind the first: put all options into one"},
		"no YAML":       {"a: 1\n\tb: 2", "job.yaml: yaml: line 2: found a tab character that violates indentation"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FromYAML("job.yaml", []byte(test.src))
			require.EqualError(t, err, test.want)
		})
	}
}

func TestStrongerValuesWin(t *testing.T) {
	file := Values{"a": {"1", "job.yaml:1"}, "b": {"1", "job.yaml:2"}}
	environment := Values{"b": {"2", "STREAMGEN_B"}}
	require.Equal(t, Values{"a": {"1", "job.yaml:1"}, "b": {"2", "STREAMGEN_B"}}, environment.Over(file))
	require.Equal(t, Values{"b": {"2", "STREAMGEN_B"}}, environment.Over(nil))
	require.Equal(t, Value{"1", "job.yaml:2"}, file["b"], "the weaker values are left as they were")
}
