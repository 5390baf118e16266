package core_test

import (
	"bytes"
	"path"
	"syscall"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

// backups is where the second copies of snapshots are: on a disk of their own, whose operations are no crash points and fail more often.
const backups = "/local"

// beside stands before every operation on the disk of the second copies.
func (p *process) beside(op vfs.Op, name string) error {
	s := p.story
	s.tracef("  %v %s", op, name)
	if s.random.IntN(10) > 0 {
		return nil
	}
	s.figures.besides++
	if op == vfs.OpWrite {
		return vfs.Short(s.random.IntN(20), syscall.ENOSPC)
	}
	return syscall.EIO
}

// drawBackups draws whether a run keeps second copies and reads them, and what has become of those of the runs before.
func (s *schedule) drawBackups(c *config.Config) {
	if !s.backs {
		return
	}
	k := &c.Checkpointing
	k.LocalBackup, k.LocalBackupDirs = s.random.IntN(4) > 0, []string{backups + "/a", backups + "/b"}
	c.Recovery.FromLocal = s.random.IntN(4) > 0
	k.InlineThreshold = 0
	for _, dir := range k.LocalBackupDirs {
		folders, err := s.disk.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, folder := range folders {
			files, err := s.disk.ReadDir(path.Join(dir, folder.Name))
			if err != nil {
				continue
			}
			var before []byte
			for _, f := range files {
				before = s.decay(path.Join(dir, folder.Name, f.Name), before)
			}
		}
	}
}

// decay may lose a copy, damage it, or put another one, of before, into its place. It returns what the copy was.
func (s *schedule) decay(name string, other []byte) []byte {
	b, err := s.disk.ReadFile(name)
	if err != nil || len(b) == 0 {
		return other
	}
	changed := bytes.Clone(b)
	switch s.random.IntN(8) {
	case 0:
		s.tracef("%s is lost", name)
		_ = s.disk.Remove(name)
		return b
	case 1:
		changed[s.random.IntN(len(b))] ^= 1 << s.random.IntN(8)
	case 2:
		changed = changed[:s.random.IntN(len(b))]
	case 3:
		if other == nil {
			return b
		}
		changed = other
	default:
		s.figures.copies++
		return b
	}
	s.tracef("%s is not what it was", name)
	_ = s.disk.Remove(name)
	f, err := s.disk.Create(name)
	if err == nil {
		_, _ = f.Write(changed)
		_ = f.Close()
	}
	return b
}

// TestBackupsAreNotTrusted tells stories in which runs keep second copies of their snapshots and read them, from a disk that loses and damages them.
func TestBackupsAreNotTrusted(t *testing.T) {
	f := figures{began: time.Now()}
	for _, draw := range []func(seed uint64, parallelism int) *schedule{newSchedule, newListSchedule} {
		seeds(t, 400, func(seed uint64) {
			told(t, seed, &f, func() *schedule {
				s := draw(seed, 0)
				s.backs = true
				s.restoreSavepoints()
				return s
			})
		})
	}
	f.log(t)
	all.add(f)
	if (f.copies == 0 || f.besides == 0) && *replay < 0 {
		t.Fatal("no copy was kept, or none was lost")
	}
}
