package state

import (
	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde"
)

// Codec writes and reads the elements of a list. Streamgen generates one for each field of a state without a key.
type Codec[T any] interface {
	// Schema names the form of an element: another one is refused at a restore.
	Schema() string
	// Append adds an element to b as one msgpack value, Parse reads it.
	Append(b []byte, element *T) []byte
	Parse(p *serde.Parser, element *T)
}

// Saved is a list as snapshots write and restores fill it: see core.Snapshot.List. Only generated code makes one.
type Saved interface {
	Kind() checkpoint.StateKind
	Schema() string
	Len() int
	AppendElement(b []byte, i int) []byte
	ParseElement(p *serde.Parser, own bool)
}

// Entry is an element of a broadcast state, as its codec writes it.
type Entry[K comparable, V any] struct {
	Key   K
	Value V
}

// SplitOf makes a list ready for a snapshot.
func SplitOf[T any](l *SplitList[T], c Codec[T]) Saved { return savedSplit[T]{c, l} }

// UnionOf makes a list ready for a snapshot.
func UnionOf[T any](l *UnionList[T], c Codec[T]) Saved { return savedUnion[T]{c, l} }

// BroadcastOf makes a broadcast state ready for a snapshot.
func BroadcastOf[K comparable, V any](b *Broadcast[K, V], c Codec[Entry[K, V]]) Saved {
	return savedBroadcast[K, V]{c, b}
}

type savedSplit[T any] struct {
	Codec[T]
	list *SplitList[T]
}

func (savedSplit[T]) Kind() checkpoint.StateKind             { return checkpoint.SplitList }
func (s savedSplit[T]) Len() int                             { return len(s.list.elements) }
func (s savedSplit[T]) AppendElement(b []byte, i int) []byte { return s.Append(b, &s.list.elements[i]) }

func (s savedSplit[T]) ParseElement(p *serde.Parser, _ bool) {
	var element T
	s.Parse(p, &element)
	s.list.elements = append(s.list.elements, element)
}

type savedUnion[T any] struct {
	Codec[T]
	list *UnionList[T]
}

func (savedUnion[T]) Kind() checkpoint.StateKind { return checkpoint.UnionList }
func (s savedUnion[T]) Len() int                 { return len(s.list.elements) }

func (s savedUnion[T]) AppendElement(b []byte, i int) []byte {
	if s.list.elements[i].foreign {
		return b
	}
	return s.Append(b, &s.list.elements[i].value)
}

func (s savedUnion[T]) ParseElement(p *serde.Parser, own bool) {
	e := unionElement[T]{foreign: !own}
	s.Parse(p, &e.value)
	s.list.elements = append(s.list.elements, e)
}

type savedBroadcast[K comparable, V any] struct {
	Codec[Entry[K, V]]
	state *Broadcast[K, V]
}

func (savedBroadcast[K, V]) Kind() checkpoint.StateKind { return checkpoint.BroadcastState }
func (s savedBroadcast[K, V]) Len() int                 { return s.state.Len() }

func (s savedBroadcast[K, V]) AppendElement(b []byte, i int) []byte {
	e := s.state.ordered()[i]
	return s.Append(b, &Entry[K, V]{e.key, e.value})
}

func (s savedBroadcast[K, V]) ParseElement(p *serde.Parser, _ bool) {
	var e Entry[K, V]
	s.Parse(p, &e)
	if p.Err() != nil {
		return
	}
	if _, ok := s.state.Get(e.Key); ok {
		p.Failf("a key of a broadcast state stands there twice")
		return
	}
	s.state.put(e.Key, e.Value)
}
