// Package wordcount counts the words of text files: the smallest pipeline that has everything.
package wordcount

import (
	"strings"
	"unicode"

	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Split cuts a line into words: maximal runs of letters and digits, in lower case.
//
//streamgen:operator
type Split struct{}

// Process emits the words of line, in order.
func (Split) Process(line string, out *runtime.Out[string]) {
	for word := range strings.FieldsFuncSeq(line, isSeparator) {
		out.Emit(strings.ToLower(word))
	}
}

func isSeparator(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Total is how often a word has been seen so far.
type Total struct {
	Word  string `json:"word"`
	Count int64  `json:"count"`
}

// Count keeps a running total per word.
//
//streamgen:operator
type Count struct{}

// CountState is what Count remembers of one word.
type CountState struct{ Total int64 }

// Key is the word itself.
func (Count) Key(word string) string { return word }

// Process counts word and emits its new total.
func (Count) Process(word string, s *CountState, out *runtime.Out[Total]) {
	s.Total++
	out.Emit(Total{Word: word, Count: s.Total})
}

// WordCount emits a running total for every word of every line.
//
//streamgen:pipeline
type WordCount struct {
	Lines  runtime.Source[string]
	Split  Split               `from:"Lines"`
	Count  Count               `from:"Split"`
	Totals runtime.Sink[Total] `from:"Count"`
}
