package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"hash/crc32"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint"
)

var update = flag.Bool("update", false, "write the golden files")

func sample() checkpoint.Manifest {
	return checkpoint.Manifest{
		Job: "WordCount", Epoch: 3, Sequence: 41, Status: checkpoint.Stopped, Committed: true,
		Checkpoint: &checkpoint.Checkpoint{
			ID: 17, Kind: checkpoint.StopSavepoint, Triggered: time.Unix(1_700_000_000, 5_000_000).UTC(), Duration: 12 * time.Millisecond, KeyGroups: 128,
			Subtasks: []checkpoint.Subtask{
				{Task: "Lines", Parallelism: 1, Finished: true, Operators: []checkpoint.Operator{{
					UID: "Lines", Connector: checkpoint.Connector{Kind: "file", Version: 1},
					Splits: []checkpoint.Split{{ID: "a.txt", Weight: 100, Position: []byte{7}, Done: true}},
				}}, Data: checkpoint.Data{Inline: []byte("small")}, Watermark: checkpoint.NoWatermark, Firing: checkpoint.NoWatermark},
				{Task: "Count", Index: 1, Parallelism: 2, Operators: []checkpoint.Operator{{
					UID: "Count", States: []checkpoint.State{{Name: "state", Schema: "{}"}, {Name: "buffer.Pending", Schema: "string", Kind: checkpoint.SplitList}, {Name: "in flight", Schema: "string", Kind: checkpoint.InFlight},
						{Name: "in flight: words", Schema: "string", Kind: checkpoint.InFlightOnce}, {Name: "in flight: rules", Schema: "{}", Kind: checkpoint.InFlightCopies}},
				}, {
					UID: "Totals", Handles: [][]byte{{1}, nil, {}},
				}}, Data: checkpoint.Data{File: "data/epoch-0000000003-17-Count-1", Size: 1 << 20, Sum: 0xfedcba98}, Watermark: 1_700_000_000_123, Firing: 1_700_000_000_456,
					Bases:  []checkpoint.Data{{File: "data/epoch-0000000003-15-Count-1", Size: 1 << 24, Sum: 7}, {Inline: []byte("delta"), Size: 5}},
					Floors: []checkpoint.Floor{{First: 64, Groups: 21, Watermark: 1_700_000_000_789}, {First: 127, Groups: 1, Watermark: 1_700_000_000_788}}},
			},
		},
	}
}

func claim() *checkpoint.Claim {
	return &checkpoint.Claim{Path: "/savepoints/savepoint-WordCount-9-51ab3d4e", ID: 9, Triggered: time.Unix(1_600_000_000, 0).UTC(), Newest: 4}
}

// The golden file holds what version 4 writes.
func TestManifestGolden(t *testing.T) {
	m := sample()
	m.Claimed = claim()
	b, err := checkpoint.EncodeManifest(&m)
	require.NoError(t, err)
	const name = "testdata/manifest-v4.hex"
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(hex.Dump(b)), 0o644))
	}
	golden, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(golden), hex.Dump(b))

	got, err := checkpoint.DecodeManifest(b)
	require.NoError(t, err)
	require.Equal(t, &m, got)
}

// What older versions wrote is read for ever: their golden files are never written anew.
func TestManifestOfOlderVersions(t *testing.T) {
	m := sample()
	m.Claimed = claim()
	count := &m.Checkpoint.Subtasks[1]
	for _, test := range []struct {
		golden string
		lacks  func()
	}{
		{"testdata/manifest-v3.hex", func() { // which did not say how records in flight were sent
			count.Operators[0].States = count.Operators[0].States[:3]
			count.Floors = nil
		}},
		{"testdata/manifest-v2.hex", func() { // which knew of no records in flight, no claims, no sums and no bases
			count.Operators[0].States = count.Operators[0].States[:2]
			m.Claimed, count.Firing, count.Data.Sum, count.Bases = nil, checkpoint.NoWatermark, 0, nil
		}},
		{"testdata/manifest-v1.hex", func() {
			count.Operators[0].States = count.Operators[0].States[:1] // there were only keyed ones
			count.Watermark = checkpoint.NoWatermark
		}},
	} {
		golden, err := os.ReadFile(test.golden)
		require.NoError(t, err)
		got, err := checkpoint.DecodeManifest(undump(t, golden))
		require.NoError(t, err)
		test.lacks()
		require.Equal(t, &m, got, test.golden)
	}
}

// undump reads what hex.Dump wrote.
func undump(t *testing.T, dump []byte) []byte {
	t.Helper()
	var digits []byte
	for line := range bytes.Lines(dump) {
		digits = append(digits, bytes.ReplaceAll(line[10:59], []byte(" "), nil)...)
	}
	b, err := hex.DecodeString(string(digits))
	require.NoError(t, err)
	return b
}

// TestManifestIsMsgpack holds the payload against another implementation: any msgpack reader opens a manifest.
func TestManifestIsMsgpack(t *testing.T) {
	m := sample()
	b, err := checkpoint.EncodeManifest(&m)
	require.NoError(t, err)
	var want bytes.Buffer
	enc := msgpack.NewEncoder(&want)
	enc.UseArrayEncodedStructs(true)
	enc.UseCompactInts(true)
	m.Checkpoint.Subtasks = nil // its nested structs (Connector) are flat in ours
	require.NoError(t, enc.Encode(&m))
	m2, err := checkpoint.EncodeManifest(&m)
	require.NoError(t, err)
	require.Equal(t, want.Bytes(), m2[16:len(m2)-4])

	var any []any
	require.NoError(t, msgpack.Unmarshal(b[16:len(b)-4], &any))
	require.Equal(t, "WordCount", any[0])
}

func TestManifestRoundTrip(t *testing.T) {
	text, blob := rapid.String(), rapid.SliceOf(rapid.Byte())
	operator := rapid.Custom(func(t *rapid.T) checkpoint.Operator {
		return checkpoint.Operator{
			UID:       text.Draw(t, "uid"),
			Connector: checkpoint.Connector{Kind: text.Draw(t, "kind"), Version: rapid.Int().Draw(t, "version")},
			Splits: rapid.SliceOf(rapid.Custom(func(t *rapid.T) checkpoint.Split {
				return checkpoint.Split{ID: text.Draw(t, "id"), Weight: rapid.Int64().Draw(t, "weight"), Position: blob.Draw(t, "position"), Done: rapid.Bool().Draw(t, "done")}
			})).Draw(t, "splits"),
			Handles: rapid.SliceOf(blob).Draw(t, "handles"),
			States: rapid.SliceOf(rapid.Custom(func(t *rapid.T) checkpoint.State {
				return checkpoint.State{Name: text.Draw(t, "name"), Schema: text.Draw(t, "schema"), Kind: checkpoint.StateKind(rapid.IntRange(0, 6).Draw(t, "kind"))}
			})).Draw(t, "states"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		m := checkpoint.Manifest{
			Job: text.Draw(t, "job"), Epoch: rapid.Int64Min(1).Draw(t, "epoch"), Sequence: rapid.Int64Min(1).Draw(t, "sequence"),
			Status: checkpoint.Status(rapid.IntRange(0, 3).Draw(t, "status")), Committed: rapid.Bool().Draw(t, "committed"),
		}
		if rapid.Bool().Draw(t, "checkpoint") {
			m.Checkpoint = &checkpoint.Checkpoint{
				ID: rapid.Int64Min(1).Draw(t, "id"), Kind: checkpoint.Kind(rapid.IntRange(0, 4).Draw(t, "kind")),
				Triggered: time.UnixMilli(rapid.Int64Range(-1e15, 1e15).Draw(t, "triggered")).UTC(),
				Duration:  time.Duration(rapid.Int64().Draw(t, "duration")), KeyGroups: rapid.IntRange(1, 32768).Draw(t, "groups"),
				Subtasks: rapid.SliceOf(rapid.Custom(func(t *rapid.T) checkpoint.Subtask {
					p := rapid.IntRange(1, 99).Draw(t, "parallelism")
					return checkpoint.Subtask{Task: text.Draw(t, "task"), Parallelism: p, Index: rapid.IntRange(0, p-1).Draw(t, "index"),
						Finished: rapid.Bool().Draw(t, "finished"), Operators: rapid.SliceOf(operator).Draw(t, "operators"),
						Data: checkpoint.Data{Inline: blob.Draw(t, "inline"), Size: rapid.Int64Min(0).Draw(t, "size")}, Watermark: rapid.Int64().Draw(t, "watermark"), Firing: rapid.Int64().Draw(t, "firing")}
				})).Draw(t, "subtasks"),
			}
		}
		if rapid.Bool().Draw(t, "claimed") {
			m.Claimed = &checkpoint.Claim{Path: rapid.StringN(1, -1, -1).Draw(t, "path"), ID: rapid.Int64Min(1).Draw(t, "claimed id"),
				Triggered: time.UnixMilli(rapid.Int64Range(-1e15, 1e15).Draw(t, "claimed triggered")).UTC(), Newest: rapid.Int64Min(0).Draw(t, "newest")}
		}
		b, err := checkpoint.EncodeManifest(&m)
		require.NoError(t, err)
		got, err := checkpoint.DecodeManifest(b)
		require.NoError(t, err)
		require.Equal(t, &m, got)
	})
}

func TestManifestRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *checkpoint.Manifest)
		err    string
	}{
		{"no epoch", func(m *checkpoint.Manifest) { m.Epoch = 0 }, "epoch 0, sequence 41: both begin at 1"},
		{"status", func(m *checkpoint.Manifest) { m.Status = 4 }, "status 4 is not known"},
		{"id", func(m *checkpoint.Manifest) { m.Checkpoint.ID = 0 }, "checkpoint 0: ids begin at 1"},
		{"kind", func(m *checkpoint.Manifest) { m.Checkpoint.Kind = 9 }, "checkpoint 17: kind 9 is not known"},
		{"key groups", func(m *checkpoint.Manifest) { m.Checkpoint.KeyGroups = 32769 }, "checkpoint 17: 32769 key groups, there can be 1 to 32768"},
		{"index", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Index = 2 },
			"checkpoint 17: subtask 2 of 2 of task Count: there is no such subtask"},
		{"a path that leads out", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Data.File = "data/../../x" },
			`checkpoint 17: subtask 1 of task Count: data file "data/../../x" is not a path within the folder`},
		{"an absolute path", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Data.File = "/etc/passwd" },
			`checkpoint 17: subtask 1 of task Count: data file "/etc/passwd" is not a path within the folder`},
		{"data twice", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[0].Data.File = "data/x" },
			"checkpoint 17: subtask 0 of task Lines: data both inline and in a file"},
		{"kind of a state", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Operators[0].States[1].Kind = 7 },
			"checkpoint 17: subtask 1 of task Count: state buffer.Pending of operator Count: kind 7 is not known"},
		{"floors of key groups that there are not", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Floors[1].Groups = 2 },
			"checkpoint 17: subtask 1 of task Count: a floor for 2 key groups from 127 on: there are 128, and those before 85 have one already"},
		{"two floors of a key group", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Floors[1].First = 84 },
			"checkpoint 17: subtask 1 of task Count: a floor for 1 key groups from 84 on: there are 128, and those before 85 have one already"},
		{"data of negative size", func(m *checkpoint.Manifest) { m.Checkpoint.Subtasks[1].Data.Size = -1 },
			"checkpoint 17: subtask 1 of task Count: data of -1 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := sample()
			test.change(&m)
			_, err := checkpoint.EncodeManifest(&m)
			require.EqualError(t, err, "checkpoint: encode manifest: "+test.err)
		})
	}
}

func TestManifestDamage(t *testing.T) {
	m := sample()
	whole, err := checkpoint.EncodeManifest(&m)
	require.NoError(t, err)
	t.Run("every bit", func(t *testing.T) {
		for i := range len(whole) * 8 {
			b := bytes.Clone(whole)
			b[i/8] ^= 1 << (i % 8)
			_, err := checkpoint.DecodeManifest(b)
			var d *checkpoint.DamagedError
			require.ErrorAs(t, err, &d, "bit %d of byte %d", i%8, i/8)
		}
	})
	t.Run("every cut", func(t *testing.T) {
		for n := range whole {
			_, err := checkpoint.DecodeManifest(whole[:n])
			var d *checkpoint.DamagedError
			require.ErrorAs(t, err, &d)
		}
	})
	tests := []struct {
		name   string
		damage func(b []byte) []byte
		err    string
	}{
		{"empty", func([]byte) []byte { return nil }, "manifest damaged at offset 0: 0 bytes are fewer than the 20 of a frame: the file is cut off"},
		{"another file", func(b []byte) []byte { b[0] = 'x'; return b }, `manifest damaged at offset 0: it does not begin with "SGMF"`},
		{"too long", func(b []byte) []byte { return append(b, 0) }, "manifest damaged at offset 8: the header says 394 bytes of payload, there are 395"},
		{"payload", func(b []byte) []byte { b[99] ^= 1; return b }, "manifest damaged at offset 410: the checksum does not fit the 410 bytes before it"},
		{"a later version", func(b []byte) []byte { b[4] = 5; return mend(b) },
			"manifest of version 5 was written by a newer streamgen, this one reads up to 4: use a binary as new as the one that wrote it"},
		{"msgpack", func(b []byte) []byte { b[16] = 0xc1; return mend(b) }, "manifest damaged at offset 16: msgpack at offset 0: expected an array, found a byte that msgpack never uses (0xc1)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := checkpoint.DecodeManifest(test.damage(bytes.Clone(whole)))
			require.EqualError(t, err, test.err)
		})
	}
}

// mend makes length and checksum fit the payload.
func mend(b []byte) []byte {
	if len(b) < 20 {
		return b
	}
	binary.LittleEndian.PutUint64(b[8:], uint64(len(b)-20))
	sum := crc32.Checksum(b[:len(b)-4], crc32.MakeTable(crc32.Castagnoli))
	binary.LittleEndian.PutUint32(b[len(b)-4:], sum)
	return b
}

// FuzzDecodeManifest gives hostile bytes a right frame, else the fuzzer would never get behind the checksum.
func FuzzDecodeManifest(f *testing.F) {
	m := sample()
	b, err := checkpoint.EncodeManifest(&m)
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte("SGMF"))
	f.Add(append(bytes.Clone(b[:16]), 0xdd, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		mend(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := checkpoint.DecodeManifest(b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10+100*uint64(len(b)) {
			t.Fatalf("%d bytes allocated for a manifest of %d", used, len(b))
		}
		if err != nil {
			return
		}
		if _, err := checkpoint.EncodeManifest(m); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
