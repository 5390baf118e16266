package state

import (
	"iter"
	"slices"
)

// SplitList is a list of which each subtask has its own part. At the parallelism of its checkpoint a restored job finds each part where it was;
// at another one all the elements, in the order of the old subtasks, are dealt out round robin. No element is lost, and none is there twice.
//
// The source is Flink's ListState with even-split redistribution.
type SplitList[T any] struct{ elements []T }

// Append adds elements to the end of this subtask's part.
func (l *SplitList[T]) Append(elements ...T) { l.elements = append(l.elements, elements...) }

// Len is the number of elements in this subtask's part.
func (l *SplitList[T]) Len() int { return len(l.elements) }

// At returns element i, counted from 0. It panics if there is none.
func (l *SplitList[T]) At(i int) T { return l.elements[i] }

// Set replaces element i. It panics if there is none.
func (l *SplitList[T]) Set(i int, element T) { l.elements[i] = element }

// All yields the elements with their positions. The list may be changed meanwhile: what is appended is yielded too.
func (l *SplitList[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := 0; i < len(l.elements); i++ {
			if !yield(i, l.elements[i]) {
				return
			}
		}
	}
}

// Delete drops the elements from i up to but without j: Delete(0, n) drops the first n. It panics if there are no such elements.
func (l *SplitList[T]) Delete(i, j int) { l.elements = slices.Delete(l.elements, i, j) }

// DeleteFunc drops the elements for which drop returns true; the others keep their order.
func (l *SplitList[T]) DeleteFunc(drop func(T) bool) {
	l.elements = slices.DeleteFunc(l.elements, drop)
}

// Clear drops all elements of this subtask's part.
func (l *SplitList[T]) Clear() {
	clear(l.elements)
	l.elements = l.elements[:0]
}
