package alerts_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/alerts"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

func TestAlerts(t *testing.T) {
	for _, parallelism := range []int{1, 2, 4} {
		t.Run(fmt.Sprint("parallelism ", parallelism), func(t *testing.T) {
			found, rejected := collect.New[alerts.Alert](), collect.New[alerts.Rejected]()
			pipeline := &alerts.Alerts{
				Indoor:    function.Of("kitchen 31 C", "hall 20 C", "hall hot C", "kitchen 500 C"),
				Outdoor:   function.Of("roof 104 F", "roof 32 F", "cellar 99 C", "roof"),
				Limits:    function.Of(alerts.Limit{Sensor: "kitchen", Max: 30}, alerts.Limit{Sensor: "hall", Max: 30}, alerts.Limit{Sensor: "roof", Max: 35}),
				Plausible: alerts.Plausible{Min: -50, Max: 200},
				Alerts:    found,
				Rejected:  rejected,
			}
			require.NoError(t, runtime.Run(t.Context(), pipeline, runtime.WithParallelism(parallelism)))
			require.ElementsMatch(t, []alerts.Alert{
				{Reading: alerts.Reading{Sensor: "kitchen", Value: 31}, Max: 30},
				{Reading: alerts.Reading{Sensor: "roof", Value: 40}, Max: 35},
			}, found.Records())
			require.ElementsMatch(t, []alerts.Rejected{
				{Line: "hall hot C", Reason: "the value is no number"},
				{Line: "roof", Reason: "1 fields instead of 3"},
				{Reason: "2 lines rejected by subtask 0"},
			}, rejected.Records())
		})
	}
}

// An error of an operator ends the job and says which one it was.
func TestUnknownUnit(t *testing.T) {
	err := runtime.Run(t.Context(), &alerts.Alerts{
		Indoor: function.Of("kitchen 300 K"), Outdoor: function.Of[string](), Limits: function.Of[alerts.Limit](),
		Alerts: collect.New[alerts.Alert](), Rejected: collect.New[alerts.Rejected](),
	})
	require.ErrorContains(t, err, "Convert")
	require.ErrorContains(t, err, "neither C nor F")
}
