// Package failures holds a pipeline whose operators return errors for some records, which go on to a field of their own.
package failures

import (
	"fmt"

	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Total is how often a word has come.
type Total struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

// Count counts words, and refuses every third of each after it has emitted its total.
//
//streamgen:operator
type Count struct{}

// CountState counts the refused ones too.
type CountState struct{ Total int }

// Key is the word.
func (Count) Key(word string) string { return word }

// Process emits to a sink alone, and to an operator.
func (Count) Process(word string, s *CountState, out *runtime.Out[Total], odd *runtime.Out[Total]) error {
	s.Total++
	out.Emit(Total{word, s.Total})
	if s.Total%2 == 1 {
		odd.Emit(Total{word, s.Total})
	}
	if s.Total%3 == 0 {
		return fmt.Errorf("%d is a multiple of three", s.Total)
	}
	return nil
}

// Double doubles.
//
//streamgen:operator
type Double struct{}

// Map refuses what is above 40.
func (Double) Map(t Total) (Total, error) {
	if t.Count > 40 {
		return Total{}, fmt.Errorf("%d is too much", t.Count)
	}
	return Total{t.Word, 2 * t.Count}, nil
}

// Failures counts words, of which some are refused.
//
//streamgen:pipeline
type Failures struct {
	Words   runtime.Source[string]
	Count   Count                                `from:"Words" errors:"Refused"`
	Double  Double                               `from:"Count.odd" errors:"TooMuch"`
	Totals  runtime.Sink[Total]                  `from:"Count"`
	Doubled runtime.Sink[Total]                  `from:"Double"`
	Refused runtime.Sink[runtime.Failed[string]] `parallelism:"1"`
	TooMuch runtime.Sink[runtime.Failed[Total]]
}
