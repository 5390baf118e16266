package chain_test

import (
	"fmt"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

const (
	dir = "jobs/wordcount"
	job = "WordCount"
)

// A link carries the story of all links before it: a mark for each time that a runner published a new checkpoint. So the head shows
// whether a link that was reported as published is part of what the job goes on from.
func story(m *checkpoint.Manifest) []string {
	if m.Checkpoint == nil {
		return nil
	}
	var marks []string
	for _, h := range m.Checkpoint.Subtasks[0].Operators[0].Handles {
		marks = append(marks, string(h))
	}
	return marks
}

// content is what the data file of a checkpoint holds.
func content(epoch, id int64) string {
	return strings.Repeat(fmt.Sprintf("data of checkpoint %d of epoch %d\n", id, epoch), 3)
}

// next builds the manifest of the checkpoint after the head, writing its data.
func next(c *chain.Chain) (checkpoint.Manifest, string, error) {
	m := *c.Head()
	id, marks := int64(1), [][]byte(nil)
	if m.Checkpoint != nil {
		id = m.Checkpoint.ID + 1
		marks = m.Checkpoint.Subtasks[0].Operators[0].Handles
	}
	mark := fmt.Sprintf("%d/%d", c.Epoch(), id)
	marks = append(marks[:len(marks):len(marks)], []byte(mark))
	d, err := c.WriteData(id, "Count-0", []byte(content(c.Epoch(), id)))
	if err != nil {
		return m, "", err
	}
	m.Committed = false
	m.Checkpoint = &checkpoint.Checkpoint{ID: id, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{
		Task: "Count", Parallelism: 1, Operators: []checkpoint.Operator{{UID: "Count", Handles: marks}}, Data: d,
	}}}
	return m, mark, nil
}

// advance publishes one more checkpoint, and that it is committed.
func advance(c *chain.Chain) (mark string, err error) {
	m, mark, err := next(c)
	if err != nil {
		return "", err
	}
	if err := c.Publish(m); err != nil {
		return "", err
	}
	m.Committed = true
	return mark, c.Publish(m)
}

// run is the life of a runner: a start, some checkpoints, a collection after each. It tells what was published as soon as it knows.
func run(fsys vfs.FS, checkpoints, keep int, published func(mark string)) error {
	c, err := chain.Take(fsys, dir, job)
	if err != nil {
		return err
	}
	for range checkpoints {
		m, mark, err := next(c)
		if err != nil {
			return err
		}
		if err := c.Publish(m); err != nil {
			return err
		}
		published(mark)
		m.Committed = true
		if err := c.Publish(m); err != nil {
			return err
		}
		if err := c.Collect(keep); err != nil {
			return err
		}
	}
	return nil
}

// check starts the job once more and requires that it goes on from all that was published, with its data.
func check(t require.TestingT, fsys vfs.FS, published []string) *chain.Chain {
	c, err := chain.Take(fsys, dir, job)
	require.NoError(t, err)
	head := c.Head()
	require.Subset(t, story(head), published)
	if head.Checkpoint == nil {
		return c
	}
	marks := story(head)
	var epoch, id int64
	_, err = fmt.Sscanf(marks[len(marks)-1], "%d/%d", &epoch, &id)
	require.NoError(t, err)
	require.Equal(t, content(epoch, id), readData(t, c.ReadData, head.Checkpoint.Subtasks[0].Data))
	return c
}

func readData(t require.TestingT, open func(checkpoint.Data) (vfs.Reader, error), d checkpoint.Data) string {
	r, err := open(d)
	require.NoError(t, err)
	b, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(b)
}

// files lists all files and folders below the job folder.
func files(t require.TestingT, fsys vfs.FS) []string {
	var all []string
	var walk func(rel string)
	walk = func(rel string) {
		entries, err := fsys.ReadDir(path.Join(dir, rel))
		require.NoError(t, err)
		for _, e := range entries {
			name := path.Join(rel, e.Name)
			if e.IsDir {
				all = append(all, name+"/")
				walk(name)
				continue
			}
			all = append(all, name)
		}
	}
	walk("")
	return all
}

func take(t testing.TB, fsys vfs.FS) *chain.Chain {
	t.Helper()
	c, err := chain.Take(fsys, dir, job)
	require.NoError(t, err)
	return c
}

func mustAdvance(t testing.TB, c *chain.Chain, times int) {
	t.Helper()
	for range times {
		_, err := advance(c)
		require.NoError(t, err)
	}
}
