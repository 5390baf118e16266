package alerts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/alerts"
	"github.com/streamgen/streamgen/runtime"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]string{
		"kitchen 21.5 C":   "",
		"kitchen 21.5":     "2 fields instead of 3",
		"kitchen warm C":   "the value is no number",
		"":                 "0 fields instead of 3",
		"kitchen 1 2 C":    "4 fields instead of 3",
		"  kitchen\t-4  F": "",
	} {
		t.Run(line, func(t *testing.T) {
			var out runtime.Out[alerts.Measured]
			var rejected runtime.Out[alerts.Rejected]
			alerts.Parse{}.Process(line, &out, &rejected)
			if want == "" {
				require.Len(t, out.Take(), 1)
				require.Empty(t, rejected.Take())
				return
			}
			require.Empty(t, out.Take())
			require.Equal(t, []alerts.Rejected{{Line: line, Reason: want}}, rejected.Take())
		})
	}
}

func TestConvert(t *testing.T) {
	r, err := alerts.Convert{}.Map(alerts.Measured{Sensor: "a", Value: 212, Unit: "F"})
	require.NoError(t, err)
	require.Equal(t, alerts.Reading{Sensor: "a", Value: 100}, r)

	_, err = alerts.Convert{}.Map(alerts.Measured{Sensor: "a", Value: 300, Unit: "K"})
	require.ErrorContains(t, err, "neither C nor F")
}

func TestPlausible(t *testing.T) {
	p := alerts.Plausible{Min: -50, Max: 60}
	require.True(t, p.Filter(&alerts.Reading{Value: 60}))
	require.False(t, p.Filter(&alerts.Reading{Value: 61}))
}

// Whether readings or their limit come first makes no difference.
func TestWatchInAnyOrder(t *testing.T) {
	hot, cool := alerts.Reading{Sensor: "a", Value: 31}, alerts.Reading{Sensor: "a", Value: 20}
	limit := alerts.Limit{Sensor: "a", Max: 30}
	want := []alerts.Alert{{Reading: hot, Max: 30}}
	var watch alerts.Watch
	var out runtime.Out[alerts.Alert]

	var first alerts.WatchState
	watch.ProcessLimits(runtime.Context{}, "a", limit, &first, &out)
	watch.ProcessReadings(hot, &first, &out)
	watch.ProcessReadings(cool, &first, &out)
	require.Equal(t, want, out.Take())

	var last alerts.WatchState
	watch.ProcessReadings(hot, &last, &out)
	watch.ProcessReadings(cool, &last, &out)
	require.Empty(t, out.Take())
	watch.ProcessLimits(runtime.Context{}, "a", limit, &last, &out)
	require.Equal(t, want, out.Take())
	require.Equal(t, first, last)
}
