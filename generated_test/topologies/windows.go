package topologies

import (
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// Tumble cuts the time of each key into windows of one size. It keeps their items until they are over. What comes for a window that is over is late.
//
//streamgen:operator
type Tumble struct{ Size time.Duration }

// Tumbling is what Tumble keeps of a key.
type Tumbling struct {
	Items []Item
	Ends  timer.EventSet
}

// Key is the item's.
func (Tumble) Key(i Item) int64 { return i.Key }

func (t Tumble) pane(i Item) Pane {
	size := runtime.Time(t.Size.Milliseconds())
	start := i.At - i.At%size
	return Pane{Start: start, End: start + size, Items: 1, Prints: i.Print()}
}

// Process keeps an item.
func (t Tumble) Process(ctx runtime.Context, i Item, s *Tumbling, late *runtime.Out[Line]) {
	p := t.pane(i)
	if ctx.Watermark() >= p.last() {
		late.Emit(i.line(0))
		return
	}
	s.Items = append(s.Items, i)
	s.Ends.Add(p.last())
}

// OnEnds says what was in the window that is over.
func (t Tumble) OnEnds(ctx runtime.Context, key int64, s *Tumbling, out *runtime.Out[Window]) {
	var over []Pane
	open := s.Items[:0]
	for _, i := range s.Items {
		if p := t.pane(i); p.last() == ctx.Timer() {
			over = merge(over, p)
		} else {
			open = append(open, i)
		}
	}
	s.Items = open
	for _, p := range over {
		out.Emit(p.window(key))
	}
}

// Slide has windows of one size that begin every so often, so that an item is in several. It keeps their sums.
//
//streamgen:operator
type Slide struct{ Size, Every time.Duration }

// Panes are the windows of a key that are not over.
type Panes struct {
	Open []Pane
	Ends timer.EventSet
}

// Key is the item's.
func (Slide) Key(i Item) int64 { return i.Key }

// Process adds an item to its windows, and is late when all of them are over.
func (w Slide) Process(ctx runtime.Context, i Item, s *Panes, late *runtime.Out[Line]) {
	size, every := runtime.Time(w.Size.Milliseconds()), runtime.Time(w.Every.Milliseconds())
	isLate := true
	for start := i.At - i.At%every; start > i.At-size; start -= every {
		p := Pane{Start: start, End: start + size, Items: 1, Prints: i.Print()}
		if ctx.Watermark() >= p.last() {
			continue
		}
		isLate = false
		s.Open = merge(s.Open, p)
		s.Ends.Add(p.last())
	}
	if isLate {
		late.Emit(i.line(0))
	}
}

// OnEnds tells the window that is over.
func (Slide) OnEnds(ctx runtime.Context, key int64, s *Panes, out *runtime.Out[Window]) {
	var over Pane
	over, s.Open = take(s.Open, ctx.Timer())
	out.Emit(over.window(key))
}

// Gaps has windows that end when nothing comes for so long. One that an item connects with another becomes one with it.
//
//streamgen:operator
type Gaps struct{ Gap time.Duration }

// Sessions are the windows of a key that are not over, and the time at which the first of them is.
type Sessions struct {
	Open []Pane
	Next timer.Event
}

// Key is the item's.
func (Gaps) Key(i Item) int64 { return i.Key }

// Process adds an item to the windows that it belongs to. It is late when its own is over, whatever others there are.
func (g Gaps) Process(ctx runtime.Context, i Item, s *Sessions, late *runtime.Out[Line]) {
	p := Pane{Start: i.At, End: i.At.Add(g.Gap), Items: 1, Prints: i.Print()}
	if ctx.Watermark() >= p.last() {
		late.Emit(i.line(0))
		return
	}
	apart := s.Open[:0]
	for _, o := range s.Open {
		if o.Start >= p.End || p.Start >= o.End {
			apart = append(apart, o)
			continue
		}
		p = p.with(o)
	}
	s.Open = append(apart, p)
	s.await()
}

// OnNext tells the windows that are over.
func (Gaps) OnNext(ctx runtime.Context, key int64, s *Sessions, out *runtime.Out[Window]) {
	var over Pane
	over, s.Open = take(s.Open, ctx.Timer())
	out.Emit(over.window(key))
	s.await()
}

// await sets the timer to the end of the window that is over first.
func (s *Sessions) await() {
	s.Next.Clear()
	for _, p := range s.Open {
		if !s.Next.IsSet() || p.last() < s.Next.At() {
			s.Next.Set(p.last())
		}
	}
}

// Share is a part of the items of a key: those that are aggregated together before they are sent to the key.
type Share struct{ Key, Part int64 }

// Partial is what a share says of a window.
type Partial struct {
	Key  int64
	Pane Pane
}

// Parts aggregates the items of a window in three parts for each key, and sends on each sum when the window is over.
//
//streamgen:operator
type Parts struct{ Size time.Duration }

// Key is one of the parts of the item's.
func (Parts) Key(i Item) Share { return Share{i.Key, i.N % 3} }

// Process adds an item to its window.
func (w Parts) Process(ctx runtime.Context, i Item, s *Panes, late *runtime.Out[Line]) {
	p := Tumble(w).pane(i)
	if ctx.Watermark() >= p.last() {
		late.Emit(i.line(0))
		return
	}
	s.Open = merge(s.Open, p)
	s.Ends.Add(p.last())
}

// OnEnds sends on a sum.
func (Parts) OnEnds(ctx runtime.Context, share Share, s *Panes, out *runtime.Out[Partial]) {
	var over Pane
	over, s.Open = take(s.Open, ctx.Timer())
	out.Emit(Partial{share.Key, over})
}

// Merge adds up what the parts of a key say of a window.
//
//streamgen:operator
type Merge struct{}

// Key is the key of all parts.
func (Merge) Key(p Partial) int64 { return p.Key }

// Process adds a part. None is late: it left its sender before the watermark with which its window was over.
func (Merge) Process(p Partial, s *Panes) {
	s.Open = merge(s.Open, p.Pane)
	s.Ends.Add(p.Pane.last())
}

// OnEnds tells the window that is over.
func (Merge) OnEnds(ctx runtime.Context, key int64, s *Panes, out *runtime.Out[Window]) {
	var over Pane
	over, s.Open = take(s.Open, ctx.Timer())
	out.Emit(over.window(key))
}

// Rows cuts the time of each key into windows, and lets go of all items of one when it is over. What is late comes with the next watermark.
//
//streamgen:operator
type Rows struct {
	Size   time.Duration
	Faults *Faults
}

// RowsState is what Rows keeps of a key.
type RowsState struct {
	Items []Item
	Count map[string]int64 // by way
	Ends  timer.EventSet
	Fuse  Fuse
}

// Key is the item's.
func (Rows) Key(i Item) int64 { return i.Key }

// Process keeps an item.
func (r Rows) Process(i Item, s *RowsState) {
	s.Items = append(s.Items, i)
	s.Ends.Add(Tumble{r.Size}.pane(i).last())
	s.Fuse = Fuse{r.Faults}
}

// OnEnds numbers the items of a window, on each way by themselves.
func (r Rows) OnEnds(ctx runtime.Context, s *RowsState, out *runtime.Out[Line]) {
	open := s.Items[:0]
	for _, i := range s.Items {
		if (Tumble{r.Size}).pane(i).last() != ctx.Timer() {
			open = append(open, i)
			continue
		}
		if s.Count == nil {
			s.Count = map[string]int64{}
		}
		s.Count[i.Via]++
		out.Emit(i.line(s.Count[i.Via]))
	}
	s.Items = open
}

// Meet stamps the items of its two inputs, and remembers how many each key had.
//
//streamgen:operator
type Meet struct{}

// KeyLeft is the item's.
func (Meet) KeyLeft(i Item) int64 { return i.Key }

// KeyRight is the item's.
func (Meet) KeyRight(i Item) int64 { return i.Key }

// ProcessLeft stamps.
func (Meet) ProcessLeft(i Item, s *JoinState, out *runtime.Out[Item]) {
	s.Left++
	i.Via += "left"
	out.Emit(i)
}

// ProcessRight stamps.
func (Meet) ProcessRight(i Item, s *JoinState, out *runtime.Out[Item]) {
	s.Right++
	i.Via += "right"
	out.Emit(i)
}
