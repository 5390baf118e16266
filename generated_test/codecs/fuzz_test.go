package codecs

import (
	"bytes"
	"math/big"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/streamgen/streamgen/serde"
)

// FuzzCodec parses anything. That never panics and takes no more memory than the input warrants; what was taken is written as it
// would have been, and read again gives the same bytes.
func FuzzCodec(f *testing.F) {
	number, now := int64(1)<<40, time.Unix(1, 2).UTC()
	key := Key{Name: "key", Part: [2]int16{1, -1}, Kind: 3}
	for _, s := range []State{
		{},
		{
			Bool: true, Int: -1, Int8: -128, Uint64: 1 << 63, Float32: 1.5, Float64: 2.5, String: "text", Bytes: []byte{1}, Digest: Digest{1, 2, 3, 4},
			Kinds: []Kind{1, 200}, Grid: [3][]int32{{1}, nil, {}}, ByName: map[string]*Node{"a": nil, "b": {Value: 1, Left: &Node{Value: 2}}},
			ByKind: map[Kind]map[bool]Tags{1: {true: {"x"}}, 2: nil}, Tree: Tree{nil, {}, {nil}}, Root: Node{hidden: 7}, Number: &number,
			Couple: &[2]string{"l", "r"}, Time: now, Times: []*time.Time{nil, &now}, Took: time.Second, At: 12,
			Pair: Pair[Kind, *Pair[string, []Kind]]{A: 1, b: &Pair[string, []Kind]{A: "a", b: []Kind{2}}}, Address: netip.MustParseAddr("fe80::1%eth0"),
			Assets: big.NewInt(-1 << 40), Debt: *big.NewInt(7), Multi: map[string]Multi{"m": {1, "s"}}, ByKey: map[Key]int{key: 1, {}: 2},
			ByTime: map[time.Time]bool{now: true}, ByHost: map[netip.Addr]struct{}{netip.MustParseAddr("1.2.3.4"): {}},
			Deep: &[]*map[Digest]**int{nil, {Digest{1}: new(*int)}}, Wave: 1 + 2i, Grades: [2][]Kind{{1}},
		},
	} {
		f.Add(appendEntry(key, &s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		key, s, err := parse(b)
		runtime.ReadMemStats(&after)
		if taken, most := after.TotalAlloc-before.TotalAlloc, uint64(1<<20+256*len(b)); taken > most {
			t.Fatalf("%d bytes of input took %d bytes of memory", len(b), taken)
		}
		if err != nil {
			return
		}
		once := appendEntry(key, &s)
		again, same, err := parse(once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if again != key || !bytes.Equal(once, appendEntry(again, &same)) {
			t.Fatal("what was read differs from what was written")
		}
		if (rememberCodec{}).IsZero(&s) != (rememberCodec{}).IsZero(&same) {
			t.Fatal("only one of them is absent")
		}
	})
}

func appendEntry(key Key, s *State) []byte {
	return rememberCodec{}.AppendState(rememberCodec{}.AppendKey(nil, key), s)
}

func parse(b []byte) (key Key, s State, err error) {
	p := serde.NewParser(b)
	key = rememberCodec{}.ParseKey(&p)
	rememberCodec{}.ParseState(&p, &s)
	return key, s, p.Done()
}
