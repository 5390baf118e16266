package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"

	"github.com/streamgen/streamgen/serde"
)

// ManifestVersion is a form of the manifest file. Versions are only ever added, one with each change of the fields: a reader reads all
// that came before its own and refuses what comes after it, since it would lose the new fields when it publishes the next link.
type ManifestVersion uint16

const (
	// ManifestArrays is the first form: each struct is a msgpack array of its fields in their order in this package. A later version
	// adds fields at the end of an array.
	ManifestArrays ManifestVersion = 1
	// ManifestStateKinds adds State.Kind and Subtask.Watermark. The states of a manifest before it are keyed, and nothing is known of the time.
	ManifestStateKinds ManifestVersion = 2

	// ManifestInFlight adds Subtask.Firing and Subtask.Bases, the kind InFlight, Manifest.Claimed and Data.Sum. Before it every snapshot holds everything.
	ManifestInFlight ManifestVersion = 3

	// ManifestFloors adds Subtask.Floors, and the kinds InFlightOnce and InFlightCopies. Before it the keys of a subtask are taken to have seen its watermark, and
	// no later one.
	ManifestFloors ManifestVersion = 4

	newestManifest = ManifestFloors
)

// The frame of a manifest: magic 4, version 2, zero 2, length of the payload 8; the payload; crc32c 4 of all that is before it.
const (
	manifestMagic  = "SGMF"
	manifestHeader = 16
	manifestCRC    = 4
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// EncodeManifest returns the bytes of a manifest file. It fails if a value is outside of its range: such a manifest could not be read.
func EncodeManifest(m *Manifest) ([]byte, error) {
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("checkpoint: encode manifest: %w", err)
	}
	b := make([]byte, manifestHeader, 512)
	copy(b, manifestMagic)
	binary.LittleEndian.PutUint16(b[4:], uint16(newestManifest))
	b = appendManifest(b, m)
	binary.LittleEndian.PutUint64(b[8:], uint64(len(b)-manifestHeader))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crcTable)), nil
}

func appendManifest(b []byte, m *Manifest) []byte {
	b = serde.AppendArray(b, manifestFields)
	b = serde.AppendString(b, m.Job)
	b = serde.AppendInt(b, m.Epoch)
	b = serde.AppendInt(b, m.Sequence)
	b = serde.AppendUint(b, uint64(m.Status))
	b = serde.AppendBool(b, m.Committed)
	if m.Checkpoint == nil {
		b = serde.AppendNil(b)
	} else {
		b = appendCheckpoint(b, m.Checkpoint)
	}
	if m.Claimed == nil {
		return serde.AppendNil(b)
	}
	b = serde.AppendArray(b, claimFields)
	b = serde.AppendString(b, m.Claimed.Path)
	b = serde.AppendInt(b, m.Claimed.ID)
	b = serde.AppendTime(b, m.Claimed.Triggered)
	return serde.AppendInt(b, m.Claimed.Newest)
}

func appendCheckpoint(b []byte, c *Checkpoint) []byte {
	b = serde.AppendArray(b, checkpointFields)
	b = serde.AppendInt(b, c.ID)
	b = serde.AppendUint(b, uint64(c.Kind))
	b = serde.AppendTime(b, c.Triggered)
	b = serde.AppendInt(b, int64(c.Duration))
	b = serde.AppendInt(b, int64(c.KeyGroups))
	return appendList(b, c.Subtasks, appendSubtask)
}

func appendSubtask(b []byte, s *Subtask) []byte {
	b = serde.AppendArray(b, subtaskFields)
	b = serde.AppendString(b, s.Task)
	b = serde.AppendInt(b, int64(s.Index))
	b = serde.AppendInt(b, int64(s.Parallelism))
	b = serde.AppendBool(b, s.Finished)
	b = appendList(b, s.Operators, appendOperator)
	b = appendData(b, &s.Data)
	b = serde.AppendInt(b, s.Watermark)
	b = serde.AppendInt(b, s.Firing)
	b = appendList(b, s.Bases, appendData)
	return appendList(b, s.Floors, func(b []byte, f *Floor) []byte {
		b = serde.AppendArray(b, floorFields)
		b = serde.AppendInt(b, int64(f.First))
		b = serde.AppendInt(b, int64(f.Groups))
		return serde.AppendInt(b, f.Watermark)
	})
}

func appendData(b []byte, d *Data) []byte {
	b = serde.AppendArray(b, dataFields)
	b = serde.AppendBytes(b, d.Inline)
	b = serde.AppendString(b, d.File)
	b = serde.AppendInt(b, d.Size)
	return serde.AppendUint(b, uint64(d.Sum))
}

func appendOperator(b []byte, o *Operator) []byte {
	b = serde.AppendArray(b, operatorFields)
	b = serde.AppendString(b, o.UID)
	b = serde.AppendString(b, o.Connector.Kind)
	b = serde.AppendInt(b, int64(o.Connector.Version))
	b = appendList(b, o.Splits, func(b []byte, s *Split) []byte {
		b = serde.AppendArray(b, splitFields)
		b = serde.AppendString(b, s.ID)
		b = serde.AppendInt(b, s.Weight)
		b = serde.AppendBytes(b, s.Position)
		return serde.AppendBool(b, s.Done)
	})
	b = appendList(b, o.Handles, func(b []byte, h *[]byte) []byte { return serde.AppendBytes(b, *h) })
	return appendList(b, o.States, func(b []byte, s *State) []byte {
		b = serde.AppendArray(b, stateFields)
		b = serde.AppendString(b, s.Name)
		b = serde.AppendString(b, s.Schema)
		return serde.AppendUint(b, uint64(s.Kind))
	})
}

// appendList appends a slice, nil if it is nil.
func appendList[T any](b []byte, list []T, appendT func([]byte, *T) []byte) []byte {
	if list == nil {
		return serde.AppendNil(b)
	}
	b = serde.AppendArray(b, len(list))
	for i := range list {
		b = appendT(b, &list[i])
	}
	return b
}

// validate finds what no reader would take. It holds for every manifest that is written and every one that is read.
func (m *Manifest) validate() error {
	switch {
	case m.Epoch < 1 || m.Sequence < 1:
		return fmt.Errorf("epoch %d, sequence %d: both begin at 1", m.Epoch, m.Sequence)
	case m.Status > Finished:
		return fmt.Errorf("status %d is not known", m.Status)
	case m.Claimed != nil && (m.Claimed.Path == "" || m.Claimed.ID < 1 || m.Claimed.Newest < 0):
		return fmt.Errorf("the claimed savepoint is number %d in folder %q, claimed after checkpoint %d: there is no such one",
			m.Claimed.ID, m.Claimed.Path, m.Claimed.Newest)
	case m.Checkpoint == nil:
		return nil
	}
	c := m.Checkpoint
	switch {
	case c.ID < 1:
		return fmt.Errorf("checkpoint %d: ids begin at 1", c.ID)
	case c.Kind > Drain:
		return fmt.Errorf("checkpoint %d: kind %d is not known", c.ID, c.Kind)
	case c.KeyGroups < 1 || c.KeyGroups > maxKeyGroups:
		return fmt.Errorf("checkpoint %d: %d key groups, there can be 1 to %d", c.ID, c.KeyGroups, maxKeyGroups)
	}
	for i := range c.Subtasks {
		s := &c.Subtasks[i]
		if s.Index < 0 || s.Index >= s.Parallelism {
			return fmt.Errorf("checkpoint %d: subtask %d of %d of task %s: there is no such subtask", c.ID, s.Index, s.Parallelism, s.Task)
		}
		for _, d := range append(s.Bases[:len(s.Bases):len(s.Bases)], s.Data) {
			if err := d.validate(); err != nil {
				return fmt.Errorf("checkpoint %d: subtask %d of task %s: %w", c.ID, s.Index, s.Task, err)
			}
		}
		next := 0
		for _, f := range s.Floors {
			if f.First < next || f.Groups < 1 || f.Groups > c.KeyGroups-f.First {
				return fmt.Errorf("checkpoint %d: subtask %d of task %s: a floor for %d key groups from %d on: there are %d, and those before %d have one already",
					c.ID, s.Index, s.Task, f.Groups, f.First, c.KeyGroups, next)
			}
			next = f.First + f.Groups
		}
		for _, o := range s.Operators {
			for _, state := range o.States {
				if state.Kind > InFlightCopies {
					return fmt.Errorf("checkpoint %d: subtask %d of task %s: state %s of operator %s: kind %d is not known",
						c.ID, s.Index, s.Task, state.Name, o.UID, state.Kind)
				}
			}
		}
	}
	return nil
}

const maxKeyGroups = 32768

func (d Data) validate() error {
	switch {
	case d.Size < 0:
		return fmt.Errorf("data of %d bytes", d.Size)
	case d.File == "":
		return nil
	case len(d.Inline) > 0:
		return errors.New("data both inline and in a file")
	case !fs.ValidPath(d.File):
		// A path that leads out of the folder would make a restore read, and a collector delete, any file of the system.
		return fmt.Errorf("data file %q is not a path within the folder", d.File)
	}
	return nil
}
