package chain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

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
		return nil, fmt.Errorf("savepoint: %w: there is no savepoint in the folder, or one that was never completed", err)
	}
	return s, err
}

// ReadCheckpoint reads a retained checkpoint of another job folder, by the path of its manifest.
func ReadCheckpoint(fsys vfs.FS, manifest string) (*Savepoint, error) {
	return readManifest(fsys, "checkpoint", manifest, filepath.Dir(filepath.Dir(manifest)), "start from an older one")
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
