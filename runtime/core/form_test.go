package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/serde"
)

// What a checkpoint holds without a time to live is not over when the program has one.
func TestATimeToLiveThatIsNewBeginsAtTheRestore(t *testing.T) {
	env := &environment{driver: &Simulation{}}
	r := &Restore{task: &Task{env: env}}
	held := &checkpoint.Operator{UID: "Count", States: []checkpoint.State{{Name: "State", Schema: "int: {N int}"}}}
	form, ok := r.form(held, checkpoint.State{Name: "State", Schema: "int: {state {N int}, touched int64}"})
	require.True(t, ok)
	entries, err := form.apply([]byte("\x01\x91\x05"), 1)
	require.NoError(t, err)
	require.Equal(t, serde.AppendInt([]byte("\x01\x92\x91\x05"), int64(runtime.TimeOf(env.wall()))), entries)
}
