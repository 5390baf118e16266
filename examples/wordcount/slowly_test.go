package wordcount_test

import (
	"time"

	"github.com/streamgen/streamgen/runtime"
)

// slowly is a source that gives out a number of lines at a time and then waits. Without lines it does not wait.
type slowly struct {
	runtime.Source[string]
	lines int
	every time.Duration
	read  func() // is told of every read
}

func (s slowly) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[string], error) {
	reader, err := s.Source.Open(ctx, splits)
	return &slowReader{Reader: reader, slowly: s, ctx: ctx}, err
}

type slowReader struct {
	runtime.Reader[string]
	slowly
	ctx  runtime.SourceContext
	next time.Duration // when it may read again
	n    int           // of the last read that it did not put off
	put  bool          // the last one was put off
}

func (r *slowReader) Read(records []string) (int, error) {
	if r.lines > 0 {
		now := r.ctx.Now()
		if now < r.next {
			r.put = true
			r.ctx.WakeAfter(r.next - now)
			return 0, nil
		}
		r.next = now + r.every
		records = records[:min(len(records), r.lines)]
	}
	r.slowly.read()
	n, err := r.Reader.Read(records)
	r.n, r.put = n, false
	return n, err
}

// Snapshot translates the position: of a read that was put off nothing was consumed, but all of the one before it.
func (r *slowReader) Snapshot(checkpoint int64, consumed int) ([]runtime.Split, error) {
	if r.put {
		consumed = r.n
	}
	return r.Reader.Snapshot(checkpoint, consumed)
}
