package core_test

import (
	"testing"
	"time"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/serde"
)

// TestChangingStates lets each run be another program than the one before it, whose state has another form.
func TestChangingStates(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 1000, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newSchedule(seed, 0)
			s.relayed, s.changing = true, true
			return s
		})
	})
	f.log(t)
	all.add(f)
}

// countCodec writes the total of a word in one of several forms, each of which takes over the others.
type countCodec int

const countForms = 3

func (c countCodec) Schema() string {
	return [countForms]string{
		"string: {Total int64 was Count, -Seen, -Words}",
		"string: {Seen bool, Total int64 was Count, -Words}",
		"string: {Words []string, Count int64 was Total, -Seen}",
	}[c]
}

func (c countCodec) AppendState(b []byte, s *wordcount.CountState) []byte {
	switch c {
	case 0:
		b = serde.AppendArray(b, 1)
	case 1:
		b = serde.AppendBool(serde.AppendArray(b, 2), true)
	default:
		b = serde.AppendString(serde.AppendArray(serde.AppendArray(b, 2), 1), "word")
	}
	return serde.AppendInt(b, s.Total)
}

func (c countCodec) ParseState(p *serde.Parser, s *wordcount.CountState) {
	switch c {
	case 0:
		p.ArrayOf(1)
	case 1:
		p.ArrayOf(2)
		p.Bool()
	default:
		p.ArrayOf(2)
		if !p.Nil() {
			p.ArrayOf(1)
			_ = p.String()
		}
	}
	s.Total = p.Int()
}

func (countCodec) Hash(key string) uint64                { return serde.HashString(key) }
func (countCodec) IsZero(s *wordcount.CountState) bool   { return s.Total == 0 }
func (countCodec) AppendKey(b []byte, key string) []byte { return serde.AppendString(b, key) }
func (countCodec) ParseKey(p *serde.Parser) string       { return p.String() }
