package core

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// What a source says is above its tags; what it does not say the tags do.
func TestTimedSourcesAreAboveTheirTags(t *testing.T) {
	numbers := function.Of(1, 2)
	tags := EventTime{OutOfOrder: time.Second, Idle: time.Minute}
	for name, test := range map[string]struct {
		source runtime.Source[int]
		want   EventTime
	}{
		"the tags alone": {numbers, tags},
		"says nothing":   {runtime.Timed[int]{Source: numbers}, tags},
		"one of them":    {runtime.Timed[int]{Source: numbers, Idle: time.Hour}, EventTime{OutOfOrder: time.Second, Idle: time.Hour}},
		"both":           {&runtime.Timed[int]{Source: numbers, OutOfOrder: 2 * time.Second, Idle: time.Hour}, EventTime{OutOfOrder: 2 * time.Second, Idle: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			o := TimedSource("Numbers", test.source, tags)
			require.NoError(t, o.err)
			require.Equal(t, test.want, *o.eventTime)
			require.Equal(t, numbers.Connector(), o.connector)
		})
	}
}

func TestTimedSourcesThatAreNone(t *testing.T) {
	numbers := function.Of(1, 2)
	for name, test := range map[string]struct {
		source Operator
		want   string
	}{
		"without the tag": {Source[int]("Numbers", runtime.Timed[int]{Source: numbers}),
			`pipeline Counting: source Numbers: it is a runtime.Timed, but its field has no tag time:"At" that says when a record happened`},
		"of nothing": {TimedSource[int]("Numbers", runtime.Timed[int]{}, EventTime{}), "pipeline Counting: source Numbers is nil: set the field before the pipeline is run"},
		"negative": {TimedSource[int]("Numbers", runtime.Timed[int]{Source: numbers, OutOfOrder: -time.Second, Idle: time.Nanosecond}, EventTime{}),
			"pipeline Counting: source Numbers: its OutOfOrder is -1s: want a millisecond or more, or 0 for what the tag says\n" +
				"its Idle is 1ns: want a millisecond or more, or 0 for what the tag says"},
	} {
		t.Run(name, func(t *testing.T) {
			j := NewJob("Counting")
			AddTask(j, TaskInfo{Operators: []Operator{test.source}}, func() *Task { return &Task{} })
			_, err := j.Graph(config.Default())
			require.EqualError(t, err, test.want)
		})
	}
}
