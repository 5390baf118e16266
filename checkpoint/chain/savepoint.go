package chain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// SavepointManifest is the name of the manifest of a savepoint. A folder that has it is whole.
const SavepointManifest = "manifest"

// WriteSavepoint writes the checkpoint of m as a savepoint: a folder that holds all it needs and can be moved and copied. The folder
// dir must not exist, those above it are made. The data comes from open, usually [Chain.ReadData].
//
// The manifest gets its name last, when all else is durable, so that half a savepoint is never taken for a whole one. After an error
// the folder is removed as far as possible, except after [ErrAmbiguous]: then the savepoint may be whole.
func WriteSavepoint(fsys vfs.FS, dir string, m checkpoint.Manifest, open func(checkpoint.Data) (vfs.Reader, error)) error {
	if m.Checkpoint == nil {
		return errors.New("savepoint: the manifest has no checkpoint")
	}
	if err := makeFolder(fsys, filepath.Dir(dir)); err != nil {
		return fmt.Errorf("savepoint: make the folder for it: %w%s", err, advice(err))
	}
	if err := fsys.Mkdir(dir); err != nil {
		return fmt.Errorf("savepoint: make its folder: %w%s", err, advice(err))
	}
	written, err := writeSavepoint(fsys, dir, m, open)
	if err != nil && !errors.Is(err, ErrAmbiguous) {
		for _, name := range written {
			_ = fsys.Remove(name)
		}
		_ = fsys.Remove(dir)
	}
	return err
}

// writeSavepoint returns the files that it wrote, whole or not.
func writeSavepoint(fsys vfs.FS, dir string, m checkpoint.Manifest, open func(checkpoint.Data) (vfs.Reader, error)) (written []string, err error) {
	c := *m.Checkpoint
	c.Subtasks = slices.Clone(c.Subtasks)
	m.Checkpoint = &c
	// It stands in no chain. A manifest must name a place in one, and a caller has no number for a savepoint.
	m.Epoch, m.Sequence = max(m.Epoch, 1), max(m.Sequence, 1)
	for i := range c.Subtasks {
		s := &c.Subtasks[i]
		s.Bases = slices.Clone(s.Bases)
		snapshots := []*checkpoint.Data{&s.Data}
		for k := range s.Bases {
			snapshots = append(snapshots, &s.Bases[k])
		}
		for _, d := range snapshots {
			if d.File == "" {
				continue
			}
			file := fmt.Sprintf("data-%06d", len(written))
			written = append(written, filepath.Join(dir, file))
			if err := copyData(fsys, filepath.Join(dir, file), *d, open); err != nil {
				return written, fmt.Errorf("savepoint of checkpoint %d: %w%s", c.ID, err, advice(err))
			}
			d.File = file
		}
	}
	b, err := checkpoint.EncodeManifest(&m)
	if err != nil {
		return written, fmt.Errorf("savepoint: %w", err)
	}
	temp, final := filepath.Join(dir, "."+SavepointManifest), filepath.Join(dir, SavepointManifest)
	written = append(written, temp)
	err = writeFile(fsys, temp, b)
	if err == nil {
		err = fsys.SyncDir(dir)
	}
	if err != nil {
		return written, fmt.Errorf("savepoint of checkpoint %d: %w%s", c.ID, err, advice(err))
	}
	err = fsys.Rename(temp, final)
	if err == nil {
		err = fsys.SyncDir(dir)
	}
	if err == nil {
		err = fsys.SyncDir(filepath.Dir(dir))
	}
	if err != nil {
		return written, fmt.Errorf("savepoint of checkpoint %d in %s: %w: read it to find out, or take another: %w%s", c.ID, dir, ErrAmbiguous, err, advice(err))
	}
	return written, nil
}

// copyData copies a snapshot into a file, piece by piece.
func copyData(fsys vfs.FS, name string, d checkpoint.Data, open func(checkpoint.Data) (vfs.Reader, error)) (err error) {
	r, err := open(d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	f, err := fsys.Create(name)
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(f, io.NewSectionReader(r, 0, r.Size()), make([]byte, min(r.Size()+1, 256<<10)))
	if err == nil && n != d.Size {
		err = fmt.Errorf("data file %s is %w: %d bytes, written were %d", d.File, ErrDamaged, n, d.Size)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Savepoint is a savepoint, or a retained checkpoint, that was found whole.
type Savepoint struct {
	// Manifest says what it holds.
	Manifest *checkpoint.Manifest
	// Retained is true for a checkpoint that is still in the folder of its job.
	Retained bool
	fs       vfs.FS
	dir      string
}

// ReadData opens a snapshot that the manifest names.
func (s *Savepoint) ReadData(d checkpoint.Data) (vfs.Reader, error) { return OpenData(s.fs, s.dir, d) }

// ReadSavepoint reads the savepoint in the folder dir. All its files are looked for at once, so that a restore does not find out
// halfway that one is missing.
func ReadSavepoint(fsys vfs.FS, dir string) (*Savepoint, error) {
	s, err := readManifest(fsys, "savepoint", filepath.Join(dir, SavepointManifest), dir, "take another")
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged) {
		return nil, fmt.Errorf("%w: %s", err, insteadOfSavepoint(fsys, dir))
	}
	return s, err
}

// insteadOfSavepoint says what a folder is that is no savepoint.
func insteadOfSavepoint(fsys vfs.FS, dir string) string {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return "there is no such folder"
	}
	var within []string
	for _, e := range entries {
		name := filepath.Join(dir, e.Name)
		isJob := false
		if e.IsDir {
			isJob, _ = IsJobFolder(fsys, name)
		}
		_, err := fsys.Stat(filepath.Join(name, SavepointManifest))
		if isJob || err == nil {
			within = append(within, name)
		}
	}
	const shown = 3
	switch {
	case len(within) > shown:
		return fmt.Sprintf("the folder is none, but it holds some: name one of them, such as %s", strings.Join(within[:shown], ", "))
	case len(within) > 0:
		return fmt.Sprintf("the folder is none, but it holds some: name one of them, %s", strings.Join(within, " or "))
	}
	return "there is no savepoint in the folder, or one that was never completed"
}

// ReadCheckpoint reads a retained checkpoint of another job folder, by the path of its manifest.
func ReadCheckpoint(fsys vfs.FS, manifest string) (*Savepoint, error) {
	s, err := readManifest(fsys, "checkpoint", manifest, filepath.Dir(filepath.Dir(manifest)), "start from an older one")
	if err == nil {
		s.Retained = true
	}
	return s, err
}

// ReadNewest reads the checkpoint that the job in the folder dir goes on from. It takes nothing over and changes nothing: the job may run.
func ReadNewest(fsys vfs.FS, dir string) (*Savepoint, error) {
	return readRetained(fsys, dir, func(r Retained) bool { return r.Head }, "no checkpoint that its job goes on from")
}

// ReadNumber reads a retained checkpoint of the job in the folder dir by its number, as [ReadNewest] does.
func ReadNumber(fsys vfs.FS, dir string, id int64) (*Savepoint, error) {
	isIt := func(r Retained) bool { return r.Manifest != nil && r.Manifest.Checkpoint.ID == id }
	return readRetained(fsys, dir, isIt, fmt.Sprintf("no checkpoint %d", id))
}

// readRetained reads the newest checkpoint of a job that is wanted. None says what is missing if there is none.
func readRetained(fsys vfs.FS, dir string, wanted func(Retained) bool, none string) (*Savepoint, error) {
	for attempt := 1; ; attempt++ {
		retained, err := List(fsys, dir)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(retained, wanted)
		if i < 0 {
			return nil, fmt.Errorf("checkpoint: %s holds %s", dir, none)
		}
		s, err := ReadCheckpoint(fsys, retained[i].Path)
		if attempt == maxAttempts || !errors.Is(err, fs.ErrNotExist) { // else the job runs, and has given it another name or deleted it
			return s, err
		}
	}
}

// readManifest reads the manifest of what is a savepoint or a checkpoint. Otherwise says what to do but to put it back.
func readManifest(fsys vfs.FS, what, name, dir, otherwise string) (*Savepoint, error) {
	b, err := fsys.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w%s", what, err, advice(err))
	}
	m, err := checkpoint.DecodeManifest(b)
	if errors.Is(err, checkpoint.ErrNewer) {
		return nil, fmt.Errorf("%s: %s: %w", what, name, err)
	}
	if err == nil && m.Checkpoint == nil {
		err = errors.New("it holds no checkpoint")
	}
	if err == nil {
		err = missing(fsys, dir, m)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s is %w: %w; put it back from a backup, or %s", what, name, ErrDamaged, err, otherwise)
	}
	return &Savepoint{Manifest: m, fs: fsys, dir: dir}, nil
}
