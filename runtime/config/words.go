package config

import (
	"fmt"
	"strings"
)

// The words of the enums, by value. They are matched in any case, with - or _.
var (
	modeWords        = []string{"EXACTLY_ONCE", "AT_LEAST_ONCE"}
	retentionWords   = []string{"NO_EXTERNALIZED_CHECKPOINTS", "DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION"}
	claimModeWords   = []string{"NO_CLAIM", "CLAIM"}
	storageWords     = []string{"jobmanager", "filesystem"}
	compressionWords = []string{"s2", "none"}
	failoverWords    = []string{"region", "full"}
	strategyWords    = []string{"default", "exponential-delay", "fixed-delay", "failure-rate", "none"}
)

// synonyms are what Flink calls a word of ours, in lower case with -.
var synonyms = map[string]map[string]string{
	"execution.checkpointing.snapshot-compression": {"true": "s2", "false": "none"},
	"restart-strategy.type": {
		"exponentialdelay": "exponential-delay", "fixeddelay": "fixed-delay", "failurerate": "failure-rate",
		"off": "none", "disable": "none",
	},
	"state.backend.type": {"hashmap": "heap"},
}

// String returns the mode's word.
func (m Mode) String() string { return word(modeWords, m) }

// String returns the retention's word.
func (r Retention) String() string { return word(retentionWords, r) }

// String returns the claim mode's word.
func (c ClaimMode) String() string { return word(claimModeWords, c) }

// String returns the storage's word.
func (s Storage) String() string { return word(storageWords, s) }

// String returns the compression's word.
func (c Compression) String() string { return word(compressionWords, c) }

// String returns the word of what is restarted.
func (f Failover) String() string { return word(failoverWords, f) }

// String returns the strategy's word.
func (s Strategy) String() string { return word(strategyWords, s) }

func word[T ~uint8](words []string, value T) string {
	if int(value) >= len(words) {
		return fmt.Sprintf("unknown(%d)", uint8(value))
	}
	return words[value]
}

// matchWord returns the place of the word that value means.
func matchWord(words []string, synonyms map[string]string, value string) (int, bool) {
	value = foldWord(value)
	if synonym, ok := synonyms[value]; ok {
		value = synonym
	}
	for i, w := range words {
		if foldWord(w) == foldWord(value) {
			return i, true
		}
	}
	return 0, false
}

func foldWord(word string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(word)), "_", "-")
}
