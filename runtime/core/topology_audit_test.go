package core_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
)

// flow is what a story is told of: a topology with the input that it has in this story.
type flow struct {
	*topology
	sources map[string][]int
	job     string // its name
	faults  *topologies.Faults
	// loose says that runs count at least once: nothing may be lost, but what is read again may come out again.
	loose bool
	// want is what must come out.
	want     []passage
	isWanted map[passage]bool

	windowFlow
}

// passage is an item on one of its ways.
type passage struct {
	via, from string
	n         int64
}

func newFlow(t *topology, sources map[string][]int) *flow {
	if sources == nil {
		sources = t.sources
	}
	f := &flow{topology: t, sources: sources, faults: &topologies.Faults{}, isWanted: map[passage]bool{}}
	for _, name := range f.names() {
		s := items{name: name, lengths: sources[name], disordered: t.windows != nil}
		for split, length := range sources[name] {
			for n := range length {
				i := s.item(split, int64(n+1))
				if t.windows != nil {
					f.wantInWindows(i)
					continue
				}
				for _, via := range t.ways(name, i) {
					p := passage{via, i.From, i.N}
					f.want, f.isWanted[p] = append(f.want, p), true
				}
			}
		}
	}
	if t.windows != nil {
		f.wantedWindows = t.windows(f.onTime)
	}
	return f
}

// audit reads what is committed, in the order of the files' names. Every line is of an item that there is, on a way that it takes; none is there twice;
// where items are counted the counts of a key are 1, 2, 3 and so on; and where the topology keeps the order the numbers of a split grow. In the
// end every item has come out on each of its ways.
func (f *flow) audit(disk *vfs.Mem, out string, e extent) error {
	if f.windows != nil {
		return f.auditWindows(disk, out, e)
	}
	type place struct {
		via, from string
		key       int64
	}
	seen, counts, last := map[passage]bool{}, map[place]int64{}, map[place]int64{}
	ruled := false
	err := eachRecord(disk, out, "", func(l topologies.Line) error {
		p := passage{l.Via, l.From, l.N}
		switch counted, ordered := (place{l.Via, "", l.Key}), (place{l.Via, l.From, l.Key}); {
		case l.Via == topologies.RuleVia:
			ruled = true
			return f.auditRules(l, e)
		case !f.isWanted[p]:
			return fmt.Errorf("%+v is of no item that there is", l)
		case seen[p] && !f.loose:
			return fmt.Errorf("%+v is there twice", l)
		case l.Count > 0 && l.Count != counts[counted]+1:
			return fmt.Errorf("%+v follows the count %d", l, counts[counted])
		case f.ordered && !f.loose && l.N <= last[ordered]:
			return fmt.Errorf("%+v follows number %d of that split", l, last[ordered])
		default:
			seen[p], counts[counted], last[ordered] = true, l.Count, l.N
		}
		return nil
	})
	if err != nil || e == soFar {
		return err
	}
	for _, p := range f.want {
		if !seen[p] {
			return fmt.Errorf("number %d of %s does not come out by way of %q: %d of %d do", p.n, p.from, p.via, len(seen), len(f.want))
		}
	}
	if n := slices.Max(append(f.sources[f.rules], 0)); n > 0 && !ruled {
		return errors.New("no subtask has said which rules it has seen")
	}
	return nil
}

// auditRules looks whether a subtask has seen every rule of a split, once. Only in the end is it known how many there were: a stop with drain ends the
// input early.
func (f *flow) auditRules(l topologies.Line, e extent) error {
	for split, length := range f.sources[f.rules] {
		tooFew, tooMany := e == whole && l.Count < int64(length), !f.loose && l.Count > int64(length)
		if l.From == fmt.Sprint(f.rules, split) && !tooFew && !tooMany {
			return nil
		}
	}
	return fmt.Errorf("a subtask has seen %d rules of %s, there are %v", l.Count, l.From, f.sources[f.rules])
}

// eachRecord reads what is committed in the files of a sink, "" for all.
func eachRecord[T any](disk *vfs.Mem, out, sink string, f func(T) error) error {
	files, err := disk.ReadDir(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, file := range files {
		if strings.HasPrefix(file.Name, ".") || !strings.HasPrefix(file.Name, sink) {
			continue
		}
		b, err := disk.ReadFile(path.Join(out, file.Name))
		if err != nil {
			return err
		}
		for text := range bytes.Lines(b) {
			var record T
			if err := json.Unmarshal(text, &record); err != nil {
				return fmt.Errorf("%s: %q: %w", file.Name, text, err)
			}
			if err := f(record); err != nil {
				return fmt.Errorf("%s: %w", file.Name, err)
			}
		}
	}
	return nil
}

// names are those of the sources, in order: what is drawn of them is drawn in that order.
func (f *flow) names() []string { return slices.Sorted(maps.Keys(f.sources)) }

// drained is the flow with as much input as had been read when the job was stopped with drain.
func (f *flow) drained(disk *vfs.Mem, folder string) (*flow, error) {
	head, err := drainedHead(disk, folder, f.job)
	if err != nil {
		return nil, err
	}
	read := map[string][]int{}
	for _, name := range f.names() {
		read[name] = make([]int, len(f.sources[name]))
	}
	for _, subtask := range head.Subtasks {
		for _, o := range subtask.Operators {
			for _, split := range o.Splits {
				i, err := strconv.Atoi(split.ID)
				if err != nil {
					return nil, err
				}
				n, _ := binary.Uvarint(split.Position)
				read[o.UID][i] = int(n)
			}
		}
	}
	drained := newFlow(f.topology, read)
	drained.loose, drained.job, drained.faults = f.loose, f.job, f.faults
	if f.loose {
		drained.isWanted = f.isWanted // a checkpoint may have committed what followed its barrier, and was not read again
	}
	return drained, nil
}
