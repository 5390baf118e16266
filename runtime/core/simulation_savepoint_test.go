package core_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/core"
)

// TestSavepointsRestore restores savepoints elsewhere: in another job's folder, with an output of its own.
func TestSavepointsRestore(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 500, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newSchedule(seed, 0)
			for i := range s.fates {
				s.fates[i].savepoints = 30
			}
			s.restoreSavepoints()
			return s
		})
	})
	f.log(t)
	all.add(f)
	if (f.forks == 0 || f.claimed == 0) && *replay < 0 {
		t.Fatal("no savepoint was restored, or none claimed")
	}
}

// restoreSavepoints lets a story restore the first savepoints that it takes.
func (s *schedule) restoreSavepoints() {
	s.hasSavepoint = func(path string) {
		s.figures.savepoints++
		if s.violation == nil && s.figures.forks < 4 {
			if err := s.fork(path); err != nil {
				s.violated("restored from %s: %w", path, err)
			}
		}
	}
}

// fork tells the story of a job that begins with a savepoint, on a copy of the disk as a power loss would leave it now. Its output begins
// with what the savepoint stands behind: the files that were committed before, and those whose commit it holds.
func (s *schedule) fork(savepoint string) error {
	fields := strings.Split(path.Base(savepoint), "-")
	id, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return err
	}
	other := &schedule{
		random: s.random, disk: s.disk.Crash(s.random), folder: "/elsewhere/checkpoints", out: "/elsewhere/out", savepoint: savepoint,
		corpus: s.corpus, mode: s.mode, unaligned: s.unaligned, incremental: s.incremental, wavers: s.wavers, slow: s.slow, cycle: s.cycle, relayed: s.relayed, rebuilds: s.rebuilds, kept: s.kept, apart: s.apart, backs: s.backs, changing: s.changing, calling: s.calling, lists: s.lists, looping: s.looping,
		parallelism: s.parallelism, raises: s.raises, groups: s.groups, fixed: s.fixed, retention: config.RetainOnCancellation, trace: s.trace,
	}
	other.fates = []fate{other.drawFate(), {op: 1 + s.random.IntN(60), power: true}}
	if other.looping != nil && other.fates[0].savepoints > 0 {
		other.fates[0].savepoints += 400 // as in newLoopSchedule
	}
	if err := copyOutput(other.disk, s.out, other.out, id); err != nil {
		return err
	}
	s.tracef("--- restored elsewhere")
	other.claims = s.random.IntN(2) == 0
	other.retained = 1 + s.random.IntN(2)
	if err = other.tell(); err == nil && other.claims {
		err = other.auditClaimed()
	}
	s.tracef("--- end of what was restored elsewhere")
	s.figures.forks++
	s.figures.claimed += other.figures.claimed
	s.figures.kept += other.figures.kept
	return err
}

// isWhole looks whether a savepoint rests on nothing.
func (s *schedule) isWhole(savepoint string) {
	saved, err := chain.ReadSavepoint(s.disk, savepoint)
	if err != nil {
		return // of a runner that was overtaken, or on a disk that has lost it
	}
	for _, t := range saved.Manifest.Checkpoint.Subtasks {
		if len(t.Bases) > 0 {
			s.violated("the savepoint %s rests on snapshots of checkpoints", savepoint)
		}
	}
}

// loseSavepoint deletes the savepoint that a job has begun with and does not own, once the job has a checkpoint of its own.
func (s *schedule) loseSavepoint() {
	if s.savepoint == "" || s.claims {
		return
	}
	files, err := s.disk.ReadDir(s.savepoint)
	if err != nil {
		return // it is gone
	}
	s.tracef("the savepoint is deleted")
	for _, f := range files {
		_ = s.disk.Remove(path.Join(s.savepoint, f.Name))
	}
	_ = s.disk.Remove(s.savepoint)
	_ = s.disk.SyncDir(path.Dir(s.savepoint))
}

// auditClaimed looks whether a savepoint that a job owned is gone when it has finished: if not at its end, then at the next start.
func (s *schedule) auditClaimed() error {
	_, err := s.start(fate{})
	if core.IsDrained(err) {
		return nil // its newest checkpoints stay, and what they stand behind
	}
	if !core.IsFinished(err) {
		return fmt.Errorf("a job that has finished starts again: %w", err)
	}
	s.disk = s.disk.Crash(s.random)
	if files, err := s.disk.ReadDir(s.savepoint); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the savepoint that the job had claimed is still there: %v (%w)", files, err)
	}
	s.figures.claimed++
	return nil
}

// copyOutput copies the files of checkpoints up to one, and those that are not committed.
func copyOutput(disk *vfs.Mem, from, to string, upTo int64) error {
	if err := disk.MkdirAll(to); err != nil {
		return err
	}
	files, err := disk.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		fields := strings.Split(f.Name, "-")
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(f.Name, ".") && n > upTo {
			continue
		}
		b, err := disk.ReadFile(path.Join(from, f.Name))
		if err != nil {
			return err
		}
		w, err := disk.Create(path.Join(to, f.Name))
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		if err := w.Sync(); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	for _, dir := range []string{to, path.Dir(to), "/"} {
		if err := disk.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}
