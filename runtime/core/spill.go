package core

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// Spilling. A head of a loop must be able to take what is fed back whatever else is full, or the loop would wait for itself. So that this
// takes no more memory than there is, a channel that feeds back has a bounded queue, and what does not fit in is written to disk:
//
//   - A batch waits in the queue as long as the queue holds no more than pipeline.loop.records-in-memory with it. Otherwise it goes into the spill, and
//     so do all that come behind it until the spill is empty. Thus what is in the queue is older than what is in the spill, and the order is kept.
//   - What stands at the tail of a batch, a barrier or the end, stays in memory with the number of the frame that it stands behind, and has its
//     turn there.
//   - A batch that was spilled goes home at once, so its sender has its credit back although nobody has processed it. The sender waits for
//     credit as on any edge, which bounds what is on its way. That is no wait of the loop for itself: the receiver empties its mailbox in each
//     step, whatever it waits for, and keeps fewer batches in the queue than there are credits.
//   - A checkpoint that writes down what is fed back (see overtake.go) copies the frames as they are, one by one, to a spill of its own when they
//     are many: see captured.go.
//   - Records in flight that a restore finds in a loop wait in the same way: as many as had waited on disk may be among them.
//
// A spill is scratch: no checkpoint needs it, so it is never synced, and its files have no names, so they are gone with the task and with
// the process, however that ends. It is written and read in the steps of its subtask. Without a sync that is a copy into the memory of
// the operating system, which makes the subtask wait as it would for a slow operator when the disk does not keep up. An error of the disk fails the
// task: the job starts again from its last checkpoint, which holds what was in the spill then.
//
// There are two files, one that is written and one that is read. When the one has been read the other takes its place, so a spill that never
// becomes empty takes twice the disk of what waits in it at most, but for what it has shrunk.

// spill holds the batches of a channel that wait behind those in its queue, or what a checkpoint has found in flight.
type spill struct {
	disk    *spillDisk
	records batchCodec
	read    spillFile // frames are taken from
	written spillFile // frames are added to
	source  *bufio.Reader
	tails   []spilledTail
	added   int64 // frames, ever
	taken   int64
	working int64 // frames that wait and work
	scratch []byte
}

// spillDisk is where a subtask spills.
type spillDisk struct {
	files vfs.FS
	dir   string
	limit int // records in memory, for messages
}

// spillFile is one of the two files of a spill.
type spillFile struct {
	file     vfs.Scratch // nil: there is none
	size, at int64       // how far it is written and read
}

// spilledTail is what stands behind the records of a batch in the spill.
type spilledTail struct {
	frame   int64 // the last one of the batch
	mark    mark
	barrier *coordinator.Barrier
	end     bool
}

// A frame holds some records of one batch: the length of their codes, their number, and a checksum of both and of the codes.
const frameHeader = 8 + 4 + 4

var spillTable = crc32.MakeTable(crc32.Castagnoli)

// spilledFrame is a frame that was read. Its codes are valid until the next one is.
type spilledFrame struct {
	codes []byte
	count int
	tail  *spilledTail // nil: there is none
}

// spillError is the failure of a task whose spill cannot be written or read. A step may panic with it.
type spillError struct{ err error }

func (e *spillError) Error() string { return e.err.Error() }
func (e *spillError) Unwrap() error { return e.err }

// holds reports whether anything waits in the spill, works whether anything that gives its receiver something to do.
func (sp *spill) holds() bool { return sp != nil && sp.taken < sp.added }
func (sp *spill) works() bool { return sp != nil && sp.working > 0 }

// add writes a batch, of which nothing was processed.
func (sp *spill) add(records Records) error {
	h := records.head()
	for next, last := 0, false; !last; {
		frame, end := sp.records.appendSome(append(sp.scratch[:0], make([]byte, frameHeader)...), records, next)
		last = end == records.size()
		if end > next || last && h.mark.kind != noMark {
			sp.working++
		}
		if err := sp.write(frame, end-next); err != nil {
			return err
		}
		next = end
	}
	if h.mark.kind != noMark || h.barrier != nil || h.end {
		sp.tails = append(sp.tails, spilledTail{frame: sp.added - 1, mark: h.mark, barrier: h.barrier, end: h.end})
	}
	return nil
}

// addCodes writes records that have the form of the codec.
func (sp *spill) addCodes(codes []byte, count int) error {
	return sp.write(append(append(sp.scratch[:0], make([]byte, frameHeader)...), codes...), count)
}

// write writes a frame, whose header is still to be filled.
func (sp *spill) write(frame []byte, count int) error {
	binary.LittleEndian.PutUint64(frame, uint64(len(frame)-frameHeader))
	binary.LittleEndian.PutUint32(frame[8:], uint32(count))
	binary.LittleEndian.PutUint32(frame[12:], frameSum(frame))
	err := sp.open()
	if err == nil {
		_, err = sp.written.file.Write(frame)
	}
	if err != nil {
		return sp.disk.fails("written", err)
	}
	sp.written.size += int64(len(frame))
	sp.scratch = frame
	sp.added++
	return nil
}

// open makes the file that is written, if there is none.
func (sp *spill) open() error {
	if sp.written.file != nil {
		return nil
	}
	if err := sp.disk.files.MkdirAll(sp.disk.dir); err != nil {
		return err
	}
	file, err := sp.disk.files.Scratch(sp.disk.dir)
	if err != nil {
		return err
	}
	sp.written = spillFile{file: file}
	return nil
}

// take reads the oldest frame as a batch. There must be one.
func (sp *spill) take() (Records, error) {
	if err := sp.turn(); err != nil {
		return nil, sp.disk.fails("read", err)
	}
	frame, err := sp.next(sp.source, &sp.read, &sp.scratch)
	if err != nil {
		return nil, sp.disk.fails("read", err)
	}
	p := serde.NewParser(frame.codes)
	records, err := sp.records.parseBatch(&p, frame.count)
	if err != nil {
		return nil, sp.disk.fails("read", err)
	}
	if len(sp.tails) > 0 && sp.tails[0].frame == sp.taken {
		h := records.head()
		h.mark, h.barrier, h.end = sp.tails[0].mark, sp.tails[0].barrier, sp.tails[0].end
		sp.tails = sp.tails[1:]
	}
	if sp.taken++; works(records) {
		sp.working--
	}
	if !sp.holds() {
		return records, sp.close() // what is on disk is no longer of use
	}
	return records, nil
}

// turn lets the file that was written be the one that is read, when that has been read.
func (sp *spill) turn() error {
	if sp.read.file != nil && sp.read.at < sp.read.size {
		return nil
	}
	if err := sp.read.close(); err != nil {
		return err
	}
	sp.read, sp.written = sp.written, spillFile{}
	sp.source = sp.read.from(0)
	return nil
}

// each yields the frames that wait, the oldest first, until yield returns false.
func (sp *spill) each(yield func(f spilledFrame) bool) error {
	number, tails := sp.taken, sp.tails
	var buffer []byte
	for _, file := range []spillFile{sp.read, sp.written} {
		if file.at == file.size {
			continue
		}
		for source := file.from(file.at); file.at < file.size; number++ {
			frame, err := sp.next(source, &file, &buffer)
			if err != nil {
				return sp.disk.fails("read", err)
			}
			if len(tails) > 0 && tails[0].frame == number {
				frame.tail, tails = &tails[0], tails[1:]
			}
			if !yield(frame) {
				return nil
			}
		}
	}
	return nil
}

var errSpillDamaged = errors.New("what is there now is not what was written")

// next reads a frame of a file from source, which stands at it.
func (sp *spill) next(source io.Reader, file *spillFile, buffer *[]byte) (spilledFrame, error) {
	frame := append((*buffer)[:0], make([]byte, frameHeader)...)
	if _, err := io.ReadFull(source, frame); err != nil {
		return spilledFrame{}, err
	}
	length := binary.LittleEndian.Uint64(frame)
	if length > uint64(file.size-file.at-frameHeader) {
		return spilledFrame{}, errSpillDamaged
	}
	frame = append(frame, make([]byte, length)...)
	*buffer = frame
	if _, err := io.ReadFull(source, frame[frameHeader:]); err != nil {
		return spilledFrame{}, err
	}
	if binary.LittleEndian.Uint32(frame[12:]) != frameSum(frame) {
		return spilledFrame{}, errSpillDamaged
	}
	file.at += int64(len(frame))
	return spilledFrame{codes: frame[frameHeader:], count: int(binary.LittleEndian.Uint32(frame[8:]))}, nil
}

// frameSum is the checksum of a frame.
func frameSum(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:12], spillTable), spillTable, frame[frameHeader:])
}

// from reads the file from an offset on.
func (f *spillFile) from(offset int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f.file, offset, f.size-offset), 64<<10)
}

func (f *spillFile) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	*f = spillFile{}
	return err
}

// close drops what is on disk.
func (sp *spill) close() error {
	if sp == nil {
		return nil
	}
	sp.source = nil
	if err := errors.Join(sp.read.close(), sp.written.close()); err != nil {
		return sp.disk.fails("closed", err)
	}
	return nil
}

// fails says what an error of the disk is about.
func (d *spillDisk) fails(what string, err error) error {
	return &spillError{fmt.Errorf("records of a loop wait on disk, in %s (io.tmp.dirs), since there are more than fit into memory (pipeline.loop.records-in-memory=%d), "+
		"and they cannot be %s: %w; see to that disk, or name another one", d.dir, d.limit, what, err)}
}
