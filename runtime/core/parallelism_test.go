package core_test

import (
	goruntime "runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// counted counts the writers of a sink, of which each subtask has one.
type counted struct {
	*collect.Sink[wordcount.Total]
	writers int
}

func (c *counted) Open(ctx runtime.SinkContext) (runtime.Writer[wordcount.Total], error) {
	c.writers++
	return c.Sink.Open(ctx)
}

func TestATaskHasSoManySubtasks(t *testing.T) {
	most := goruntime.GOMAXPROCS(0) + 1 // more than the default
	for _, test := range []struct {
		name string
		set  []string
		want int
	}{
		{"of every task", []string{"parallelism.default", strconv.Itoa(most)}, most},
		{"of the task of one operator", []string{"parallelism.Totals", strconv.Itoa(most)}, most},
		{"of one operator above that of every task", []string{"parallelism.default", strconv.Itoa(most), "parallelism.Totals", "1"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sink := config.Default(), &counted{Sink: collect.New[wordcount.Total]()}
			set(t, test.set...)(&c)
			finish(t, begun(t, (&wordcount.WordCount{Lines: function.Of("a"), Totals: sink}).StreamgenJob(), c, vfs.NewMem(), "/job", nil))
			require.Equal(t, test.want, sink.writers)
		})
	}
}
