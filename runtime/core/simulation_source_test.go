package core_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamgen/streamgen/runtime"
)

// corpus is what a schedule counts.
type corpus struct {
	splits [][]string
	// words says how often each word stands in it, by a plain count.
	words map[string]int
}

func newCorpus(splits ...[]string) *corpus {
	c := &corpus{splits: splits, words: map[string]int{}}
	for _, split := range splits {
		c.count(split)
	}
	return c
}

// count counts the words of lines.
func (c *corpus) count(lines []string) {
	for _, line := range lines {
		for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(line, ",", " "))) {
			c.words[word]++
		}
	}
}

// The corpora: one that is read in a few steps, one that lasts for many checkpoints, and one of lines that fill every batch on the way, so
// that a barrier meets a source in the middle of what it has read.
var (
	shortText = newCorpus(
		[]string{"the quick brown fox", "jumps over the lazy dog", "", "The end, the END", "a b c a b a"},
		[]string{"one two two three three three", "four four four four", "the one", "fox dog fox", "x y z x y z"},
		[]string{"lorem ipsum dolor sit amet", "lorem ipsum", "the lorem", "over and over and over"},
	)
	longText = newCorpus(
		slices.Repeat([]string{"the quick brown fox", "a b c", "", "over and over"}, 6),
		slices.Repeat([]string{"one two two", "the dog", "x y z"}, 5),
		slices.Repeat([]string{"lorem ipsum dolor"}, 10),
		[]string{"late"},
	)
	wideText = newCorpus(
		slices.Repeat([]string{strings.Repeat("a ", 700) + "end", "the " + strings.Repeat("b ", 650)}, 3),
		slices.Repeat([]string{"the end", strings.Repeat("a ", 680)}, 3),
	)
)

// richText has many words at its beginning, then some of them, and all at its end, when it shows what became of those that were not touched.
func richText(words int) *corpus {
	vocabulary := make([]string, words)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprint("w", i)
	}
	var all, few []string
	for line := range slices.Chunk(vocabulary, 12) {
		all = append(all, strings.Join(line, " "))
	}
	for i := range words / 2 {
		few = append(few, fmt.Sprint(vocabulary[i*i%words], " ", vocabulary[i*7%11]))
	}
	return newCorpus(slices.Concat(all, few, all), few, slices.Concat(few[len(few)/2:], all, few, few))
}

func drawCorpus(random *rand.Rand) *corpus {
	switch n := random.IntN(24); {
	case n == 0:
		return wideText
	case n < 12:
		return longText
	}
	return shortText
}

// texts is a source of a corpus. How many lines it reads at a time is drawn anew at every start; sometimes it has nothing for a while.
type texts struct {
	corpus *corpus
	random *rand.Rand
	most   int // lines of a Read
	// backlogs says that it reports a backlog now and then. Reading is called before each Read, if it is not nil.
	backlogs bool
	reading  func()
}

func (*texts) Connector() runtime.Connector { return runtime.Connector{Kind: "test.text", Version: 1} }

func (t *texts) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if len(known) > 0 {
		return known, nil
	}
	var splits []runtime.Split
	for i, lines := range t.corpus.splits {
		splits = append(splits, runtime.Split{ID: strconv.Itoa(i), Weight: int64(len(lines)), Position: []byte{0}})
	}
	return splits, nil
}

func (t *texts) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[string], error) {
	if t.backlogs {
		ctx.SetBacklog(t.random.IntN(2) == 0)
	}
	return &textReader{texts: t, ctx: ctx, splits: slices.Clone(splits)}, nil
}

type textReader struct {
	*texts
	ctx    runtime.SourceContext
	splits []runtime.Split
	at     int // the split that is read
	last   int // lines of the last Read
}

func (r *textReader) Read(lines []string) (int, error) {
	if r.reading != nil {
		r.reading()
	}
	if r.backlogs && r.random.IntN(4) == 0 {
		r.ctx.SetBacklog(r.random.IntN(2) == 0)
	}
	r.move(r.splits, r.last)
	r.last = 0
	for r.at < len(r.splits) && r.splits[r.at].Done {
		r.at++
	}
	if r.at == len(r.splits) {
		return 0, io.EOF
	}
	if r.random.IntN(8) == 0 {
		r.ctx.WakeAfter(time.Duration(r.random.IntN(int(3 * time.Millisecond))))
		return 0, nil
	}
	s := &r.splits[r.at]
	r.last = copy(lines[:1+r.random.IntN(r.most)], r.lines(s)[s.Position[0]:])
	return r.last, nil
}

func (r *textReader) lines(s *runtime.Split) []string {
	i, _ := strconv.Atoi(s.ID)
	return r.corpus.splits[i]
}

// move puts the split that is read behind n lines of the last Read.
func (r *textReader) move(splits []runtime.Split, n int) {
	if n > 0 {
		s := &splits[r.at]
		s.Position = []byte{s.Position[0] + byte(n)}
		s.Done = int(s.Position[0]) == len(r.lines(s))
	}
}

func (r *textReader) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	splits := slices.Clone(r.splits)
	r.move(splits, consumed)
	return splits, nil
}

func (r *textReader) Close() error { return nil }
