package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

// set returns a change of a configuration that sets options as users do: keys, each followed by its value. A test that docs/simulation.md names as what
// shows an option sets it so, and not by its field, so that it can be run with the option ignored.
func set(t testing.TB, keysAndValues ...string) func(*config.Config) {
	return func(c *config.Config) {
		t.Helper()
		for i := 0; i < len(keysAndValues); i += 2 {
			require.NoError(t, config.Set(c, keysAndValues[i], keysAndValues[i+1]))
		}
	}
}
