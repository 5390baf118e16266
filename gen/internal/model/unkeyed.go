package model

import "go/types"

// ListKind is the type of a field of a state without a key.
type ListKind string

// The kinds, as package state names them.
const (
	SplitList  ListKind = "SplitList"
	UnionList  ListKind = "UnionList"
	Broadcasts ListKind = "Broadcast"
)

// List is a field of a state without a key.
type List struct {
	Name string
	// Index is that of the field in its struct.
	Index int
	Kind  ListKind
	// Key is the type of the keys of broadcast state, nil for the other kinds.
	Key types.Type
	// Element is the type of the elements, or of the values of broadcast state.
	Element types.Type
}

// Lists are the fields of a state without a key, nil if t is no such state: none of its fields is of package state.
func Lists(t *types.Named) []*List {
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var lists []*List
	for i := range structure.NumFields() {
		f := structure.Field(i)
		if kind, args, ok := ListType(f.Type()); ok && f.Name() != "_" {
			l := &List{Name: f.Name(), Index: i, Kind: kind, Element: args.At(args.Len() - 1)}
			if kind == Broadcasts {
				l.Key = args.At(0)
			}
			lists = append(lists, l)
		}
	}
	return lists
}

const statePath = "github.com/streamgen/streamgen/runtime/state"

// ListType reports whether t is a type of package state that keeps elements, and of what.
func ListType(t types.Type) (ListKind, *types.TypeList, bool) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != statePath {
		return "", nil, false
	}
	switch kind := ListKind(named.Obj().Name()); kind {
	case SplitList, UnionList, Broadcasts:
		return kind, named.TypeArgs(), true
	}
	return "", nil, false
}
