// Package cache remembers of which packages everything is up to date, so that nothing is done where nothing changed.
//
// There is a small file for each package. It holds the key of the package as it was when its generated files had been written; they are
// part of the key. So a file that is damaged, or out of date, says nothing but that there is something to do.
package cache

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// Cache is a folder of such files. The zero Cache remembers nothing.
type Cache struct {
	dir, generator string
}

// Open returns the cache in a folder. Where the running executable cannot be told from others it is the zero Cache.
func Open(dir string) Cache {
	executable, err := os.Executable()
	if err != nil || dir == "" {
		return Cache{}
	}
	info, err := os.Stat(executable)
	if err != nil {
		return Cache{}
	}
	return Cache{dir: dir, generator: fmt.Sprintf("%s %d %d", executable, info.Size(), info.ModTime().UnixNano())}
}

// IsFresh reports whether the package is as it was when it was last remembered.
func (c Cache) IsFresh(id *load.Identity) bool {
	if c.dir == "" || id == nil {
		return false
	}
	remembered, err := os.ReadFile(c.file(id))
	return err == nil && string(remembered) == c.content(id.Key())
}

// Remember says that everything is up to date now that the generated files of a package are these. It is no matter if it cannot: then
// they are generated again.
func (c Cache) Remember(id *load.Identity, files map[string][]byte) {
	if c.dir == "" || id == nil || os.MkdirAll(c.dir, 0o777) != nil {
		return
	}
	temp, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return
	}
	_, err = temp.WriteString(c.content(id.KeyWith(files)))
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), c.file(id))
	}
	if err != nil {
		os.Remove(temp.Name())
	}
}

func (c Cache) file(id *load.Identity) string {
	return filepath.Join(c.dir, fmt.Sprintf("%x", sha256.Sum256([]byte(id.Name))))
}

// content binds a key to the generator: another one may generate something else.
func (c Cache) content(key string) string {
	return fmt.Sprintf("%x\n", sha256.Sum256([]byte(c.generator+"\n"+key)))
}
