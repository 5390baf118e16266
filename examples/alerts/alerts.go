// Package alerts compares what sensors report with limits that come from elsewhere: two inputs that meet under a key, in whatever
// order they arrive.
package alerts

//go:generate go tool streamgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/runtime"
)

// Reading is what a sensor measured, in degrees Celsius.
type Reading struct {
	Sensor string  `json:"sensor"`
	Value  float64 `json:"value"`
}

// Limit is what a sensor may report. A later one for the same sensor replaces it.
type Limit struct {
	Sensor string  `json:"sensor"`
	Max    float64 `json:"max"`
}

// Alert is a reading above the limit of its sensor.
type Alert struct {
	Reading
	Max float64 `json:"max"`
}

// Rejected is a line that is no reading.
type Rejected struct {
	Line   string `json:"line"`
	Reason string `json:"reason"`
}

// Parse reads lines of the form "sensor value unit", where the unit is C or F.
//
//streamgen:operator
type Parse struct{}

// Process emits the reading of line, or says why there is none.
func (Parse) Process(line string, out *runtime.Out[Measured], rejected *runtime.Out[Rejected]) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		rejected.Emit(Rejected{Line: line, Reason: fmt.Sprintf("%d fields instead of 3", len(fields))})
		return
	}
	value, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		rejected.Emit(Rejected{Line: line, Reason: "the value is no number"})
		return
	}
	out.Emit(Measured{Sensor: fields[0], Value: value, Unit: fields[2]})
}

// Measured is a reading in its sensor's own unit.
type Measured struct {
	Sensor string
	Value  float64
	Unit   string
}

// Convert turns every unit into degrees Celsius.
//
//streamgen:operator
type Convert struct{}

// Map fails at a unit that it does not know: a sensor that nobody has heard of stops the job.
func (Convert) Map(m Measured) (Reading, error) {
	switch m.Unit {
	case "C":
		return Reading{Sensor: m.Sensor, Value: m.Value}, nil
	case "F":
		return Reading{Sensor: m.Sensor, Value: (m.Value - 32) / 1.8}, nil
	}
	return Reading{}, fmt.Errorf("sensor %s reports in %q, which is neither C nor F", m.Sensor, m.Unit)
}

// Plausible drops what no thermometer can have measured.
//
//streamgen:operator
type Plausible struct{ Min, Max float64 }

// Filter reports whether r lies in the range.
func (p Plausible) Filter(r *Reading) bool { return p.Min <= r.Value && r.Value <= p.Max }

// Watch joins readings with limits. Readings of a sensor whose limit is not known yet wait for it.
//
//streamgen:operator
type Watch struct{}

// WatchState is what Watch remembers of one sensor.
type WatchState struct {
	Max     *float64
	Waiting []Reading
}

// KeyReadings is the sensor.
func (Watch) KeyReadings(r Reading) string { return r.Sensor }

// KeyLimits is the sensor.
func (Watch) KeyLimits(l Limit) string { return l.Sensor }

// ProcessReadings compares r with the limit.
func (Watch) ProcessReadings(r Reading, s *WatchState, out *runtime.Out[Alert]) {
	switch {
	case s.Max == nil:
		s.Waiting = append(s.Waiting, r)
	case r.Value > *s.Max:
		out.Emit(Alert{Reading: r, Max: *s.Max})
	}
}

// ProcessLimits takes a limit and looks at the readings that have waited for it.
func (w Watch) ProcessLimits(ctx runtime.Context, sensor string, l Limit, s *WatchState, out *runtime.Out[Alert]) {
	if s.Max == nil {
		ctx.Logger().Debug("first limit", "sensor", sensor, "max", l.Max, "waiting", len(s.Waiting))
	}
	s.Max = &l.Max
	for _, r := range s.Waiting {
		w.ProcessReadings(r, s, out)
	}
	s.Waiting = nil
}

// Complain says at the end how many lines were rejected.
//
//streamgen:operator
type Complain struct {
	// lines counts since the last start: after a restore the report is of the rest.
	lines int `streamgen:"transient"`
}

// Process counts and passes on.
func (c *Complain) Process(r Rejected, out *runtime.Out[Rejected]) {
	c.lines++
	out.Emit(r)
}

// Finish reports.
func (c *Complain) Finish(ctx runtime.Context, out *runtime.Out[Rejected]) {
	if c.lines > 0 {
		out.Emit(Rejected{Reason: fmt.Sprintf("%d lines rejected by subtask %d", c.lines, ctx.Subtask())})
	}
}

// Alerts reports the readings above their sensors' limits.
//
//streamgen:pipeline
type Alerts struct {
	Indoor    runtime.Source[string]
	Outdoor   runtime.Source[string]
	Limits    runtime.Source[Limit]  `parallelism:"1"`
	Parse     Parse                  `from:"Indoor,Outdoor" edge:"rebalance"`
	Convert   Convert                `from:"Parse"`
	Plausible Plausible              `from:"Convert" edge:"forward"`
	Watch     Watch                  `from:"readings=Plausible,limits=Limits" uid:"watch"`
	Complain  Complain               `from:"Parse.rejected" parallelism:"1"`
	Alerts    runtime.Sink[Alert]    `from:"Watch"`
	Rejected  runtime.Sink[Rejected] `from:"Complain"`
}
