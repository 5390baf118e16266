package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/streamgen/streamgen/runtime"
)

// plan returns the known splits, after it made sure that what is left of them can be read, and those of the files that are new.
func plan(ctx context.Context, globs []string, splitSize int64, known []runtime.Split) ([]runtime.Split, error) {
	if len(globs) == 0 {
		return nil, errors.New("no files: give at least one name or glob")
	}
	knownPaths, err := checkKnown(known)
	if err != nil {
		return nil, err
	}
	splits := slices.Clone(known)
	seen := map[string]bool{}
	for _, glob := range globs {
		paths, err := find(glob, knownPaths)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if _, isKnown := knownPaths[path]; isKnown || seen[path] {
				continue
			}
			seen[path] = true
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			splits = appendSpans(splits, path, info.Size(), splitSize)
		}
	}
	return splits, nil
}

// checkKnown compares the files of the splits that are not done with what was recorded of them, and returns the paths of all splits.
func checkKnown(known []runtime.Split) (map[string]struct{}, error) {
	paths := map[string]struct{}{}
	needed := map[string]int64{} // the recorded sizes of files of which something is left
	sizes := map[string]int64{}
	for _, k := range known {
		s, err := parseSpan(k.ID)
		if err != nil {
			return nil, err
		}
		if _, err := parsePosition(k); err != nil {
			return nil, err
		}
		paths[s.path] = struct{}{}
		sizes[s.path] = max(sizes[s.path], s.end)
		if !k.Done {
			needed[s.path] = 0
		}
	}
	for path := range needed {
		needed[path] = sizes[path]
	}
	for _, path := range slices.Sorted(maps.Keys(needed)) {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s: the file is gone, but the checkpoint has not read all of it: put it back", path)
		case err != nil:
			return nil, err
		case info.Size() < needed[path]:
			return nil, fmt.Errorf("%s: the file has shrunk from %d to %d bytes since the job planned to read it, so it is not the same any more: put it back",
				path, needed[path], info.Size())
		}
	}
	return paths, nil
}

// find returns the files that a glob matches, sorted. It is no error that there are none if the job knows files that it matches: they
// may be removed once they were read.
func find(glob string, known map[string]struct{}) ([]string, error) {
	if path, ok, err := literal(glob); ok || err != nil {
		if _, isKnown := known[filepath.Clean(glob)]; isKnown && errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return path, err
	}
	if !doublestar.ValidatePathPattern(filepath.ToSlash(glob)) {
		return nil, fmt.Errorf("glob %q: not closed: a [, { or \\ that stands for itself needs a \\ before it", glob)
	}
	paths, err := doublestar.FilepathGlob(glob, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, fmt.Errorf("glob %q: %w", glob, err)
	}
	if len(paths) == 0 {
		for path := range known {
			if doublestar.PathMatchUnvalidated(filepath.Clean(glob), path) {
				return nil, nil
			}
		}
		return nil, fmt.Errorf("glob %q matches no file", glob)
	}
	slices.Sort(paths)
	return paths, nil
}

// literal returns the file that is named exactly so. It reports false for a glob.
func literal(name string) ([]string, bool, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(name, `*?[{\`):
		return nil, false, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, true, fmt.Errorf("no such file: %s (%w)", name, fs.ErrNotExist)
	case err != nil:
		return nil, true, err
	case info.IsDir():
		return nil, true, fmt.Errorf("%s is a folder: for the files in it write %s", name, filepath.Join(name, "*"))
	case !info.Mode().IsRegular():
		return nil, true, fmt.Errorf("%s is no regular file, so it cannot be read again after a failure: copy it to one", name)
	}
	return []string{filepath.Clean(name)}, true, nil
}

// appendSpans adds the splits of a file. An empty one has a split too, so that it is known.
func appendSpans(splits []runtime.Split, path string, size, splitSize int64) []runtime.Split {
	if (span{path: path}).compressed() {
		splitSize = wholeFile
	}
	for start := int64(0); ; {
		end := size
		if size-start > splitSize {
			end = start + splitSize
		}
		splits = append(splits, span{path: path, start: start, end: end}.split())
		if start = end; start == size {
			return splits
		}
	}
}
