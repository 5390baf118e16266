package core_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
)

const (
	windowSize = 10 * time.Millisecond
	slidSize   = 12 * time.Millisecond
	slidEvery  = 4 * time.Millisecond
	gap        = 4 * time.Millisecond
)

// windowTopologies have windows in event time, of items that are out of order and some that are late. Where barriers overtake they are not for stories with
// another parallelism at every start: there the watermark of a key may go back.
var windowTopologies = []*topology{
	{
		name: "tumbling windows", sources: windowSources, windows: tumbling(windowSize, windowSize), span: windowSize,
		make: func(p parts) runtime.Pipeline {
			return &topologies.Tumbled{Items: p.source("Items"), Tumble: topologies.Tumble{Size: windowSize}, Windows: p.windows, Late: p.lines}
		},
	},
	{
		name: "sliding windows", sources: windowSources, windows: tumbling(slidSize, slidEvery), span: slidSize,
		make: func(p parts) runtime.Pipeline {
			return &topologies.Slid{
				Items: p.source("Items"), Slide: topologies.Slide{Size: slidSize, Every: slidEvery}, Windows: p.windows, Late: p.lines,
			}
		},
	},
	{
		name: "session windows", sources: windowSources, windows: sessions, span: gap,
		make: func(p parts) runtime.Pipeline {
			return &topologies.Gapped{Items: p.source("Items"), Gaps: topologies.Gaps{Gap: gap}, Windows: p.windows, Late: p.lines}
		},
	},
	{
		name: "pre-aggregated windows", sources: windowSources, windows: tumbling(windowSize, windowSize), span: windowSize,
		make: func(p parts) runtime.Pipeline {
			return &topologies.Parted{Items: p.source("Items"), Parts: topologies.Parts{Size: windowSize}, Windows: p.windows, Late: p.lines}
		},
	},
}

var windowSources = map[string][]int{"Items": {75, 60, 40}}

// tumbling cuts time into windows of one size, of which one begins every so often.
func tumbling(size, every time.Duration) func([]topologies.Item) []topologies.Window {
	return func(items []topologies.Item) []topologies.Window {
		windows := map[topologies.Window]topologies.Window{}
		for _, i := range items {
			for start := i.At.Add(-size) + 1; start <= i.At; start++ {
				if start%runtime.Time(every.Milliseconds()) != 0 {
					continue
				}
				k := topologies.Window{Key: i.Key, Start: start, End: start.Add(size)}
				w := windows[k]
				windows[k] = topologies.Window{Key: k.Key, Start: k.Start, End: k.End, Items: w.Items + 1, Prints: w.Prints + i.Print()}
			}
		}
		return slices.Collect(maps.Values(windows))
	}
}

// sessions cuts the items of a key where there is none for the gap.
func sessions(items []topologies.Item) []topologies.Window {
	items = slices.SortedFunc(slices.Values(items), func(a, b topologies.Item) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.At, b.At)) })
	var windows []topologies.Window
	for _, i := range items {
		if n := len(windows); n > 0 && windows[n-1].Key == i.Key && i.At < windows[n-1].End {
			w := &windows[n-1]
			w.End, w.Items, w.Prints = i.At.Add(gap), w.Items+1, w.Prints+i.Print()
			continue
		}
		windows = append(windows, topologies.Window{Key: i.Key, Start: i.At, End: i.At.Add(gap), Items: 1, Prints: i.Print()})
	}
	return windows
}

// windowFlow is what must come out of windows, and what has.
type windowFlow struct {
	onTime        []topologies.Item
	laggards      []passage
	wantedWindows []topologies.Window

	mu sync.Mutex
	// over is up to where windows of a key are committed.
	over map[int64]runtime.Time
}

func (f *windowFlow) wantInWindows(i topologies.Item) {
	if isLaggard(i.N) {
		f.laggards = append(f.laggards, passage{"", i.From, i.N})
	} else {
		f.onTime = append(f.onTime, i)
	}
}

// holds keeps back a laggard until a window of its key is committed that ends behind all that the item belongs to. So it is late in every run, whatever
// the others do meanwhile.
func (f *flow) holds(i topologies.Item) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return isLaggard(i.N) && f.over[i.Key] < i.At.Add(f.span)
}

// look takes note of the windows that are committed. What is not whole the audit finds.
func (f *windowFlow) look(disk *vfs.Mem, out string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = map[int64]runtime.Time{}
	_ = eachRecord(disk, out, "Windows-", func(w topologies.Window) error {
		f.over[w.Key] = max(f.over[w.Key], w.End)
		return nil
	})
}

// auditWindows reads what is committed. Every window is one that must come out, with exactly its items, and comes once. What is late are laggards, each once. In the end
// all windows and all laggards are there.
func (f *windowFlow) auditWindows(disk *vfs.Mem, out string, e extent) error {
	windows, late := map[topologies.Window]bool{}, map[passage]bool{}
	err := eachRecord(disk, out, "Windows-", func(w topologies.Window) error {
		if windows[w] || !slices.Contains(f.wantedWindows, w) {
			return fmt.Errorf("the window %+v is there twice, or none that must come out", w)
		}
		windows[w] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = eachRecord(disk, out, "Late-", func(l topologies.Line) error {
		p := passage{l.Via, l.From, l.N}
		if late[p] || !slices.Contains(f.laggards, p) {
			return fmt.Errorf("%+v is late twice, or no laggard", l)
		}
		late[p] = true
		return nil
	})
	if err != nil {
		return err
	}
	if e == whole && (len(windows) < len(f.wantedWindows) || len(late) < len(f.laggards)) {
		return fmt.Errorf("%d of %d windows come out, and %d of %d laggards", len(windows), len(f.wantedWindows), len(late), len(f.laggards))
	}
	return nil
}
