package chain

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// retired is what the collector knows. After it has read once what earlier epochs left, it lists nothing any more: whatever comes to
// the folder comes from this runner, or is garbage of a fenced one for the next runner's collector.
type retired struct {
	// unread are links of lower epochs that were found and not read yet.
	unread []link
	listed bool // the data files of lower epochs are in lower
	// links are the links that are known to exist, oldest first.
	links []link
	// from is the first of the checkpoints that stay, whatever their number.
	from int64
	// folders are the folders of fenced epochs that exist.
	folders []epochFolder
	// lower are the data files of lower epochs that exist.
	lower []string
	// unreadable are links that could not be read. They keep their folders, and all data of lower epochs: what they name is not known.
	unreadable []link
}

func newRetired(found found, own string) retired {
	r := retired{unread: slices.Clone(found.links), from: math.MaxInt64}
	if len(r.unread) > 0 { // the head was read already; its files may be named again
		r.links, r.unread = r.unread[:1:1], r.unread[1:]
	}
	for _, f := range found.folders {
		if f.path != own {
			r.folders = append(r.folders, f)
		}
	}
	return r
}

func (r *retired) add(l link) { r.links = append(r.links, l) }

// names tells whether a link names a data file.
func (r *retired) names(file string) bool {
	return slices.ContainsFunc(r.links, func(l link) bool { return l.files[file] })
}

// KeepFrom says that the checkpoints from id on stay, however few Collect is to keep: checkpoints under way may come to name their data files. It holds
// until it is called again.
func (c *Chain) KeepFrom(id int64) { c.retired.from = id }

// Collect deletes what no retained checkpoint needs. Retained are the head of the chain and the newest link of each of the newest keep
// checkpoints, and of those from KeepFrom on; what they name stays, and so do the data files of checkpoints that are neither published nor discarded. A keep of 0 is
// for a job that has ended, whose head names nothing.
//
// It is called after a link was published: who has published under its epoch has fenced all lower ones. When there is nothing to
// delete it touches no file. What cannot be deleted is tried again the next time; the error says what it was and harms nothing.
//
// No sleeping runner can lose anything by it or make it lose anything. The folder of a fenced epoch is only reached under its fenced
// name, which no runner publishes by. A runner whose collector sleeps, is fenced and wakes again deletes what its own head did not
// need, and all that later runners need from before their own time is named by that head: a later link, which it does not know, means
// that its chain was in doubt or fenced when it was published, and its collector does nothing.
func (c *Chain) Collect(keep int) error {
	if c.dead != nil {
		return c.dead
	}
	errs := []error{c.learn()}
	r := &c.retired
	kept := map[int64]bool{}
	for i, l := range slices.Backward(r.links) {
		head := i == len(r.links)-1
		if l.checkpoint != 0 && !kept[l.checkpoint] && (len(kept) < keep || keep > 0 && l.checkpoint >= r.from) {
			kept[l.checkpoint] = true
			continue
		}
		if head {
			continue
		}
		if err := c.remove(l.path); err != nil {
			errs = append(errs, err)
			continue
		}
		r.links = slices.Delete(r.links, i, i+1)
	}
	r.folders = slices.DeleteFunc(r.folders, func(f epochFolder) bool {
		in := func(l link) bool { return l.folder.path == f.path }
		if slices.ContainsFunc(r.links, in) || slices.ContainsFunc(r.unread, in) || slices.ContainsFunc(r.unreadable, in) {
			return false
		}
		err := c.removeFolder(f.path)
		errs = append(errs, err)
		return err == nil
	})
	if len(r.unreadable) == 0 && len(r.unread) == 0 {
		r.lower = slices.DeleteFunc(r.lower, func(file string) bool {
			if r.names(file) {
				return false
			}
			err := c.remove(filepath.Join(c.dir, file))
			errs = append(errs, err)
			c.removeCopy(file)
			return err == nil
		})
	}
	c.collectCopies()
	return errors.Join(append(errs, c.collectOwn(), c.collectClaimed())...)
}

// learn reads what earlier epochs left, the first time. A link that is damaged stays where it is: it is not the head, so the job can do
// without it, but somebody should look at it.
func (c *Chain) learn() error {
	r := &c.retired
	var errs []error
	r.unread = slices.DeleteFunc(r.unread, func(l link) bool {
		_, err := l.read(c.fs)
		switch {
		case err == nil:
			r.links = append(r.links, l)
		case errors.Is(err, errVanished): // the collector of a fenced runner was at it
		case errors.Is(err, ErrDamaged):
			r.unreadable = append(r.unreadable, l)
			errs = append(errs, fmt.Errorf("%w; it is not needed to go on: delete it, or else the data of earlier runs is never deleted", err))
		default:
			errs = append(errs, err)
			return false
		}
		return true
	})
	slices.SortFunc(r.links, func(a, b link) int { return cmp.Compare(a.sequence, b.sequence) })
	if !r.listed {
		entries, err := c.fs.ReadDir(filepath.Join(c.dir, dataFolder))
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("checkpoint chain: list the data files: %w%s", err, advice(err)))...)
		}
		r.listed = true
		for _, e := range entries {
			epoch, _, _ := strings.Cut(e.Name, "-checkpoint-")
			if n, ok := number(epoch, "epoch-", epochName); ok && n < c.epoch && !e.IsDir {
				r.lower = append(r.lower, dataFolder+"/"+e.Name)
			}
		}
	}
	return errors.Join(errs...)
}

// removeFolder removes the folder of a fenced epoch, with the links that were on their way in it. If there is anything in it that is
// not ours it is left alone.
func (c *Chain) removeFolder(dir string) error {
	onTheirWay := filepath.Join(dir, newFolder)
	entries, err := c.fs.ReadDir(onTheirWay)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint chain: empty a fenced folder: %w%s", err, advice(err))
	}
	for _, e := range entries {
		if err := c.remove(filepath.Join(onTheirWay, e.Name)); err != nil {
			return err
		}
	}
	for _, name := range []string{onTheirWay, dir} {
		if err := c.remove(name); err != nil && !isAny(err, []error{fs.ErrExist, syscall.ENOTEMPTY}) {
			return err
		}
	}
	return nil
}
