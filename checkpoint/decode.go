package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
	"unsafe"

	"github.com/streamgen/streamgen/serde"
)

// DamagedError says that a manifest is not what was written.
type DamagedError struct {
	// Offset is where in the manifest the damage was noticed.
	Offset int64
	// Err says what is wrong there.
	Err error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("manifest damaged at offset %d: %v", e.Offset, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

func damaged(offset int, format string, args ...any) error {
	return &DamagedError{Offset: int64(offset), Err: fmt.Errorf(format, args...)}
}

// ErrNewer is wrapped by the error of a manifest that a newer streamgen wrote. It is not damaged, and not to be read.
var ErrNewer = errors.New("written by a newer streamgen")

// DecodeManifest reads the bytes of a manifest file. What is damaged is a [DamagedError]; a later version is [ErrNewer]. Whatever the
// bytes, it takes no more memory than a small multiple of their number.
func DecodeManifest(b []byte) (*Manifest, error) {
	if len(b) < manifestHeader+manifestCRC {
		return nil, damaged(0, "%d bytes are fewer than the %d of a frame: the file is cut off", len(b), manifestHeader+manifestCRC)
	}
	if string(b[:4]) != manifestMagic {
		return nil, damaged(0, "it does not begin with %q", manifestMagic)
	}
	// The checksum comes before the version: a flipped bit must not look like a newer streamgen.
	length, sum := binary.LittleEndian.Uint64(b[8:]), len(b)-manifestCRC
	if there := uint64(sum - manifestHeader); length != there {
		return nil, damaged(8, "the header says %d bytes of payload, there are %d", length, there)
	}
	if binary.LittleEndian.Uint32(b[sum:]) != crc32.Checksum(b[:sum], crcTable) {
		return nil, damaged(sum, "the checksum does not fit the %d bytes before it", sum)
	}
	switch v := ManifestVersion(binary.LittleEndian.Uint16(b[4:])); {
	case v == 0 || b[6]|b[7] != 0:
		return nil, damaged(4, "version %d with flags % x", v, b[6:8])
	case v > newestManifest:
		return nil, fmt.Errorf("manifest of version %d was %w, this one reads up to %d: use a binary as new as the one that wrote it",
			v, ErrNewer, newestManifest)
	}
	p := manifestParser{Parser: serde.NewParser(b[manifestHeader:sum]), version: ManifestVersion(binary.LittleEndian.Uint16(b[4:]))}
	m := parseManifest(&p)
	if err := p.Done(); err != nil {
		return nil, damaged(manifestHeader+p.Offset(), "%w", err)
	}
	if err := m.validate(); err != nil {
		return nil, damaged(manifestHeader, "%w", err)
	}
	return m, nil
}

// manifestParser parses a manifest of one version.
type manifestParser struct {
	serde.Parser
	version ManifestVersion
}

// since reports whether the manifest has the fields that a version added, which come last in their struct.
func (p *manifestParser) since(v ManifestVersion) bool { return p.version >= v }

// The number of fields of each struct in the newest version.
const (
	manifestFields   = 7
	claimFields      = 4
	checkpointFields = 6
	subtaskFields    = 10
	floorFields      = 3
	dataFields       = 4
	operatorFields   = 6
	splitFields      = 4
	stateFields      = 3
)

func parseManifest(p *manifestParser) *Manifest {
	fields := manifestFields
	if !p.since(ManifestInFlight) {
		fields--
	}
	p.ArrayOf(fields)
	m := &Manifest{
		Job:       p.String(),
		Epoch:     p.Int(),
		Sequence:  p.Int(),
		Status:    Status(p.Uint8()),
		Committed: p.Bool(),
	}
	if !p.Nil() {
		m.Checkpoint = parseCheckpoint(p)
	}
	if p.since(ManifestInFlight) && !p.Nil() {
		p.ArrayOf(claimFields)
		m.Claimed = &Claim{Path: p.String(), ID: p.Int(), Triggered: p.Time(), Newest: p.Int()}
	}
	return m
}

func parseCheckpoint(p *manifestParser) *Checkpoint {
	p.ArrayOf(checkpointFields)
	return &Checkpoint{
		ID:        p.Int(),
		Kind:      Kind(p.Uint8()),
		Triggered: p.Time(),
		Duration:  time.Duration(p.Int()),
		KeyGroups: p.NativeInt(),
		Subtasks:  parseList(p, parseSubtask),
	}
}

func parseSubtask(p *manifestParser) Subtask {
	fields := subtaskFields
	for _, added := range []ManifestVersion{ManifestStateKinds, ManifestInFlight, ManifestInFlight, ManifestFloors} {
		if !p.since(added) {
			fields--
		}
	}
	p.ArrayOf(fields)
	s := Subtask{
		Task:        p.String(),
		Index:       p.NativeInt(),
		Parallelism: p.NativeInt(),
		Finished:    p.Bool(),
		Operators:   parseList(p, parseOperator),
	}
	s.Data = parseData(p)
	s.Watermark = NoWatermark
	if p.since(ManifestStateKinds) {
		s.Watermark = p.Int()
	}
	s.Firing = NoWatermark
	if p.since(ManifestInFlight) {
		s.Firing = p.Int()
		s.Bases = parseList(p, parseData)
	}
	if p.since(ManifestFloors) {
		s.Floors = parseList(p, parseFloor)
	}
	return s
}

func parseFloor(p *manifestParser) Floor {
	p.ArrayOf(floorFields)
	return Floor{First: p.NativeInt(), Groups: p.NativeInt(), Watermark: p.Int()}
}

func parseData(p *manifestParser) Data {
	fields := dataFields
	if !p.since(ManifestInFlight) {
		fields--
	}
	p.ArrayOf(fields)
	d := Data{Inline: p.Bytes(), File: p.String(), Size: p.Int()}
	if p.since(ManifestInFlight) {
		d.Sum = p.Uint32()
	}
	return d
}

func parseOperator(p *manifestParser) Operator {
	p.ArrayOf(operatorFields)
	return Operator{
		UID:       p.String(),
		Connector: Connector{Kind: p.String(), Version: p.NativeInt()},
		Splits: parseList(p, func(p *manifestParser) Split {
			p.ArrayOf(splitFields)
			return Split{ID: p.String(), Weight: p.Int(), Position: p.Bytes(), Done: p.Bool()}
		}),
		Handles: parseList(p, (*manifestParser).Bytes),
		States: parseList(p, func(p *manifestParser) State {
			if !p.since(ManifestStateKinds) {
				p.ArrayOf(stateFields - 1)
				return State{Name: p.String(), Schema: p.String()}
			}
			p.ArrayOf(stateFields)
			return State{Name: p.String(), Schema: p.String(), Kind: StateKind(p.Uint8())}
		}),
	}
}

// parseList parses a slice. It grows with what was parsed, not with what the input says will come.
func parseList[T any](p *manifestParser, parseT func(*manifestParser) T) []T {
	if p.Nil() {
		return nil
	}
	var zero T
	n := p.Array()
	list := make([]T, 0, p.Cap(n, unsafe.Sizeof(zero)))
	for range n {
		v := parseT(p)
		if p.Err() != nil {
			return nil
		}
		list = append(list, v)
	}
	return list
}
