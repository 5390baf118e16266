package topologies

import (
	"hash/fnv"
	"strconv"

	"github.com/streamgen/streamgen/runtime"
)

// Pane is what a window operator has aggregated of the items of one window of a key.
type Pane struct {
	Start runtime.Time
	// End is the first time behind the window.
	End   runtime.Time
	Items int64
	// Prints is the sum of the items' prints: it tells whether they were those.
	Prints int64
}

// last is the last time of the window. When the watermark has reached it the window is over.
func (p Pane) last() runtime.Time { return p.End - 1 }

func (p Pane) with(other Pane) Pane {
	return Pane{Start: min(p.Start, other.Start), End: max(p.End, other.End), Items: p.Items + other.Items, Prints: p.Prints + other.Prints}
}

func (p Pane) window(key int64) Window {
	return Window{Key: key, Start: p.Start, End: p.End, Items: p.Items, Prints: p.Prints}
}

// Window is the result of a window of a key.
type Window struct {
	Key    int64        `json:"key"`
	Start  runtime.Time `json:"start"`
	End    runtime.Time `json:"end"`
	Items  int64        `json:"items"`
	Prints int64        `json:"prints"`
}

// Print is a number that no other item of a story has.
func (i Item) Print() int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(i.From + "/" + strconv.FormatInt(i.N, 10)))
	return int64(h.Sum32())
}

// merge adds a part to the pane of the same window, which may be the first of it.
func merge(panes []Pane, p Pane) []Pane {
	for k := range panes {
		if panes[k].Start == p.Start {
			panes[k] = panes[k].with(p)
			return panes
		}
	}
	return append(panes, p)
}

// take takes the pane out whose last time this is.
func take(panes []Pane, last runtime.Time) (Pane, []Pane) {
	for k, p := range panes {
		if p.last() == last {
			return p, append(panes[:k], panes[k+1:]...)
		}
	}
	return Pane{}, panes
}
