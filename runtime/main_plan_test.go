package runtime

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/plan"
)

func TestPlan(t *testing.T) {
	c := newCommand("plan", "--savepoint", "/saved", "-Dexecution.checkpointing.dir=/data", "--parallelism=3", "input.txt")
	c.job.plan = func(_ context.Context, env Environment) (*plan.Plan, error) {
		require.Equal(t, "/saved", env.Config.Recovery.Path)
		require.Equal(t, "/data", env.Config.Checkpointing.Dir)
		require.Equal(t, 3, env.Config.Parallelism)
		require.Equal(t, []string{"input.txt"}, c.flags.Args())
		return &plan.Plan{Pipeline: "WordCount"}, nil
	}
	c.requireExit(t, exitOK)
	require.Equal(t, "WordCount would start from nothing\n", c.out.String())
}

func TestAPlanThatIsRefused(t *testing.T) {
	refused := func(args ...string) *command {
		c := newCommand(append([]string{"plan", "-Dexecution.checkpointing.dir=/data"}, args...)...)
		c.job.plan = func(context.Context, Environment) (*plan.Plan, error) {
			return &plan.Plan{Pipeline: "WordCount", Refused: []string{"it is damaged"}}, nil
		}
		c.requireExit(t, exitFailed)
		require.Equal(t, "wordcount: the start would be refused\n", c.err.String())
		return c
	}
	require.Contains(t, refused().out.String(), "refused: it is damaged\n\nthe start would be refused, for the reason above\n")
	var p plan.Plan
	require.NoError(t, json.Unmarshal([]byte(refused("--json").out.String()), &p))
	require.Equal(t, []string{"it is damaged"}, p.Refused)
}
