package core

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime/config"
)

// awaiting is a driver whose time stands still: it counts what waits for it to pass.
type awaiting struct {
	driver
	waits int
}

func (a *awaiting) after(time.Duration, func()) (stop func()) {
	a.waits++
	return func() { a.waits-- }
}

func (*awaiting) now() time.Duration { return 0 }

// atOnce is a lane that has nothing else to do.
type atOnce struct{}

func (atOnce) run(f func()) { f() }

// unreachable is a sink whose service is away.
type unreachable struct{ SinkPort[int] }

func (*unreachable) commit(context.Context, prepared) error { return errors.New("the service is away") }
func (*unreachable) close() error                           { return nil }

// A wait that goes on would keep all that the run holds until it is over.
func TestNoCommitIsTriedAgainBehindTheEndOfASubtask(t *testing.T) {
	d := &awaiting{}
	env := &environment{driver: d, config: config.Config{CommitRetries: 3}, logger: slog.New(slog.DiscardHandler)}
	s, _ := marking(1)
	s.task.env, s.runner, s.lane, s.life = env, s.task, atOnce{}, running
	s.run = &attempt{env: env, master: &master{mailbox: mailbox{wake: func() {}}}}
	s.launch = &launch{ctx: t.Context()}

	sink := &unreachable{}
	s.commit(coordinator.Barrier{ID: 1}, []pendingCommit{{sink: sink}}, 0)
	require.Equal(t, 1, d.waits)
	s.close()
	require.Zero(t, d.waits)
}
