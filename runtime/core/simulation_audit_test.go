package core_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

// extent says how much of the output must be there.
type extent bool

const (
	soFar extent = false
	whole extent = true
)

// audit reads what is committed. The totals of each word, in the order of the files' names, must be 1, 2, 3 and so on: nothing is lost,
// doubled or out of order. In the end they must reach what a plain count says. Counting at least once may go beyond it, not below.
func (s *schedule) audit(e extent) error {
	if s.timed != nil {
		return s.auditTimed(e)
	}
	if s.flow != nil {
		if err := s.flow.audit(s.disk, s.out, e); err != nil {
			return err
		}
		return s.auditRetained()
	}
	counts := map[string]int{}
	files, err := s.disk.ReadDir(s.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name, ".") {
			continue
		}
		b, err := s.disk.ReadFile(path.Join(s.out, f.Name))
		if err != nil {
			return err
		}
		for line := range bytes.Lines(b) {
			word, total, ok := parseTotal(line)
			if !ok {
				return fmt.Errorf("%s: %q is not a total", f.Name, line)
			}
			next := counts[word] + 1
			if s.cycle > 0 {
				next = counts[word]%s.cycle + 1
			}
			if total != next {
				return fmt.Errorf("%s: the committed total %d of %q is not %d, that after %d words", f.Name, total, word, next, counts[word])
			}
			counts[word]++
		}
	}
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		if n, known := s.corpus.words[word]; counts[word] > n && (s.mode == config.ExactlyOnce || !known) {
			return fmt.Errorf("%q is counted %d times, it stands %d times", word, counts[word], n)
		}
	}
	if e == whole {
		for _, word := range slices.Sorted(maps.Keys(s.corpus.words)) {
			if n := s.corpus.words[word]; counts[word] < n {
				return fmt.Errorf("%q is counted %d times in the end, it stands %d times", word, counts[word], n)
			}
		}
	}
	return s.auditRetained()
}

// parseTotal reads what the sink writes of a Total: {"word":"fox","count":2}.
func parseTotal(line []byte) (word string, total int, ok bool) {
	rest, isTotal := bytes.CutPrefix(line, []byte(`{"word":"`))
	name, rest, isNamed := bytes.Cut(rest, []byte(`","count":`))
	number, isWhole := bytes.CutSuffix(rest, []byte("}\n"))
	total, err := strconv.Atoi(string(number))
	return string(name), total, isTotal && isNamed && isWhole && err == nil
}

// auditLeftovers looks for transactions that are neither committed nor aborted.
func (s *schedule) auditLeftovers() error {
	files, err := s.disk.ReadDir(s.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name, ".") {
			return fmt.Errorf("%s is left of a transaction that is over", f.Name)
		}
	}
	return nil
}

// rests reports whether a checkpoint rests on snapshots of others.
func rests(c *checkpoint.Checkpoint) bool {
	return slices.ContainsFunc(c.Subtasks, func(t checkpoint.Subtask) bool { return len(t.Bases) > 0 })
}

// countInFlight counts the operators to which a checkpoint holds records in flight.
func (s *schedule) countInFlight(c *checkpoint.Checkpoint) {
	for _, held := range c.Subtasks {
		for _, o := range held.Operators {
			for _, state := range o.States {
				if state.Kind.IsInFlight() {
					s.figures.inFlight++
				}
			}
		}
	}
}

// auditRetained looks whether the newest checkpoints, as many as are to be kept, are whole.
func (s *schedule) auditRetained() error {
	type link struct {
		epoch, name string
	}
	var links []link
	folders, err := s.disk.ReadDir(s.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, folder := range folders {
		if !strings.HasPrefix(folder.Name, "epoch-") {
			continue
		}
		entries, err := s.disk.ReadDir(path.Join(s.folder, folder.Name))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name, "manifest-") {
				links = append(links, link{folder.Name, e.Name})
			}
		}
	}
	slices.SortFunc(links, func(a, b link) int { return cmp.Or(cmp.Compare(b.name, a.name), cmp.Compare(b.epoch, a.epoch)) })
	seen := map[int64]bool{}
	for _, l := range links {
		b, err := s.disk.ReadFile(path.Join(s.folder, l.epoch, l.name))
		if err != nil {
			return err
		}
		m, err := checkpoint.DecodeManifest(b)
		if err != nil {
			return fmt.Errorf("%s/%s: %w", l.epoch, l.name, err)
		}
		if m.Status == checkpoint.Cancelled || m.Status == checkpoint.Finished {
			return nil // nothing of it is retained
		}
		if m.Checkpoint == nil || seen[m.Checkpoint.ID] {
			continue
		}
		s.countInFlight(m.Checkpoint)
		if _, err := chain.ReadCheckpoint(s.disk, path.Join(s.folder, l.epoch, l.name)); err != nil {
			return fmt.Errorf("retained checkpoint %d: %w", m.Checkpoint.ID, err)
		}
		if rests(m.Checkpoint) {
			s.figures.resting++
		}
		if seen[m.Checkpoint.ID] = true; len(seen) == s.retained {
			return nil
		}
	}
	return nil
}

// auditDrained looks, after a stop with drain, whether the output holds exactly what was read until then: nothing of it waits for a next run.
func (s *schedule) auditDrained() error {
	if s.calling != nil {
		return s.audit(soFar) // its totals say nothing of how much was read
	}
	if s.flow != nil {
		drained, err := s.flow.drained(s.disk, s.folder)
		if err != nil {
			return err
		}
		s.flow = drained
		return s.audit(whole)
	}
	head, err := drainedHead(s.disk, s.folder, "WordCount")
	if err != nil {
		return err
	}
	read := &corpus{words: map[string]int{}}
	for word := range s.corpus.words {
		read.words[word] = 0 // at least once a checkpoint may have committed what followed its barrier, and was not read again
	}
	for _, subtask := range head.Subtasks {
		for _, o := range subtask.Operators {
			for _, split := range o.Splits {
				i, _ := strconv.Atoi(split.ID)
				read.count(s.corpus.splits[i][:split.Position[0]])
			}
		}
	}
	s.corpus = read
	return s.audit(whole)
}

// drainedHead is the checkpoint that a stop with drain has left, with every subtask flushed.
func drainedHead(disk *vfs.Mem, folder, job string) (*checkpoint.Checkpoint, error) {
	head, err := chain.Look(disk, folder, job)
	switch {
	case err != nil:
		return nil, err
	case head == nil || head.Status != checkpoint.Stopped || head.Checkpoint.Kind != checkpoint.Drain || !head.Committed:
		return nil, fmt.Errorf("the head of a job that was stopped with drain is %+v", head)
	}
	for _, subtask := range head.Checkpoint.Subtasks {
		if !subtask.Finished {
			return nil, fmt.Errorf("%s (%d/%d) is not flushed", subtask.Task, subtask.Index+1, subtask.Parallelism)
		}
	}
	return head.Checkpoint, nil
}
