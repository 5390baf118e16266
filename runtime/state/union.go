package state

import (
	"iter"
	"slices"
)

// UnionList is a list that is small, and that every subtask finds whole when a job is restored. While it runs each subtask sees what was restored
// and what it has appended itself.
//
// Every element is kept by one subtask: by the one that has appended it, and after a restore by the one that kept it before or, at another
// parallelism, by one that it is dealt to. So a checkpoint holds each element once, however often it is restored. A subtask that wants to keep
// other elements of a restored list says so with Claim.
//
// The source is Flink's ListState with union redistribution. There a checkpoint holds each element as many times as there are subtasks that
// have not dropped it; here dropping is not needed.
type UnionList[T any] struct{ elements []unionElement[T] }

type unionElement[T any] struct {
	value   T
	foreign bool // another subtask keeps it
}

// Append adds elements, kept by this subtask, to the end of the list.
func (l *UnionList[T]) Append(elements ...T) {
	for _, element := range elements {
		l.elements = append(l.elements, unionElement[T]{value: element})
	}
}

// Len is the number of elements that this subtask sees.
func (l *UnionList[T]) Len() int { return len(l.elements) }

// At returns element i, counted from 0. It panics if there is none.
func (l *UnionList[T]) At(i int) T { return l.elements[i].value }

// All yields the elements that this subtask sees, with their positions: what was restored, in the same order in all subtasks, and behind it
// what it has appended. The list may be changed meanwhile: what is appended is yielded too.
func (l *UnionList[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := 0; i < len(l.elements); i++ {
			if !yield(i, l.elements[i].value) {
				return
			}
		}
	}
}

// Own yields the elements that this subtask keeps, with their positions.
func (l *UnionList[T]) Own() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := 0; i < len(l.elements); i++ {
			if e := l.elements[i]; !e.foreign && !yield(i, e.value) {
				return
			}
		}
	}
}

// Claim makes this subtask keep the elements for which mine returns true, and no others: those it does not see any more. Called in the Open of
// every subtask, with a mine that is true in one of them for each element, it hands a restored list out anew. An element that nobody claims is
// not in the next checkpoint, and one that two subtasks claim is in it twice.
func (l *UnionList[T]) Claim(mine func(T) bool) {
	l.elements = slices.DeleteFunc(l.elements, func(e unionElement[T]) bool { return !mine(e.value) })
	for i := range l.elements {
		l.elements[i].foreign = false
	}
}

// DeleteFunc drops those of the elements that this subtask keeps for which drop returns true. What others keep stays: only they can drop it.
func (l *UnionList[T]) DeleteFunc(drop func(T) bool) {
	l.elements = slices.DeleteFunc(l.elements, func(e unionElement[T]) bool { return !e.foreign && drop(e.value) })
}

// Clear drops what this subtask keeps, and does not see any more what others keep.
func (l *UnionList[T]) Clear() {
	clear(l.elements)
	l.elements = l.elements[:0]
}
