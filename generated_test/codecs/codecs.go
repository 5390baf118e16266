// Package codecs has a state of every kind of field, for the fuzzer.
package codecs

import (
	"math/big"
	"net/netip"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Kind is a named integer.
type Kind uint8

// Tags is a named slice.
type Tags []string

// Digest is a named array of bytes.
type Digest [4]byte

// Tree contains itself.
type Tree []Tree

// Node points to itself.
type Node struct {
	Value       Kind
	Left, Right *Node
	hidden      int
}

// Pair holds two of anything.
type Pair[A, B any] struct {
	A A
	b B
}

// Multi has a codec that writes several values.
type Multi struct {
	N int
	S string
}

// EncodeMsgpack writes both.
func (m Multi) EncodeMsgpack(e *msgpack.Encoder) error { return e.EncodeMulti(m.N, m.S) }

// DecodeMsgpack reads both.
func (m *Multi) DecodeMsgpack(d *msgpack.Decoder) error { return d.DecodeMulti(&m.N, &m.S) }

// State holds everything that a state may hold.
type State struct {
	Bool    bool
	Int     int
	Int8    int8
	Uint64  uint64
	Float32 float32
	Float64 float64
	String  string
	Bytes   []byte
	Digest  Digest
	Kinds   []Kind
	Grid    [3][]int32
	ByName  map[string]*Node
	ByKind  map[Kind]map[bool]Tags
	Tree    Tree
	Root    Node
	Number  *int64
	Couple  *[2]string
	Time    time.Time
	Times   []*time.Time
	Took    time.Duration
	At      runtime.Time
	Inline  []struct {
		A int16
		B [2]byte
	}
	Pair[Kind, *Pair[string, []Kind]]
	Address netip.Addr
	Assets  *big.Int
	Debt    big.Int
	Multi   map[string]Multi
	ByKey   map[Key]int
	ByTime  map[time.Time]bool
	ByHost  map[netip.Addr]struct{}
	Deep    *[]*map[Digest]**int
	Wave    complex64
	Grades  [2][]Kind
}

// Key is a compound key.
type Key struct {
	Name string
	Part [2]int16
	Kind Kind
}

// Remember keeps a State for each Key.
//
//streamgen:operator
type Remember struct{}

// Key is the record.
func (Remember) Key(k Key) Key { return k }

// Process forgets everything.
func (Remember) Process(k Key, s *State) { *s = State{} }

// Keys remembers keys.
//
//streamgen:pipeline
type Keys struct {
	Keys     runtime.Source[Key]
	Remember Remember `from:"Keys"`
}
