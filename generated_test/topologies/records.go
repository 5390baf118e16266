package topologies

import "github.com/streamgen/streamgen/runtime"

// Item is what all sources give.
type Item struct {
	// From names the split that it was read from, N is its number there, from 1.
	From string
	N    int64
	Key  int64
	At   runtime.Time
	// Via is the way that it has come: the stamps of the operators that it has passed.
	Via string
}

// Line is what all sinks get. The split, the number and the way of an item make it unique.
type Line struct {
	Via  string `json:"via"`
	From string `json:"from"`
	N    int64  `json:"n"`
	Key  int64  `json:"key"`
	// Count is how many items of this key there were on this way, with it; 0 where nobody counts.
	Count int64 `json:"count"`
}

// RuleVia is the way of the lines that say, for each split of rules, how many of them a subtask has seen in the end: Count.
const RuleVia = "rules"

func (i Item) line(count int64) Line {
	return Line{Via: i.Via, From: i.From, N: i.N, Key: i.Key, Count: count}
}
