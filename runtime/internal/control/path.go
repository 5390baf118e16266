package control

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is how long the path of a Unix socket may be: 108 bytes with the final zero on Linux, 104 on macOS and the BSDs.
const maxSocketPath = 103

// withShortPath calls use with a path of the folder that leaves room for a file name of that many bytes in a socket's address. A folder
// whose path is too long is reached by a symbolic link from the folder of temporary files, which lives as long as the call: an address
// counts when a socket is bound or dialed only.
func withShortPath(folder string, nameLength int, use func(folder string) error) error {
	if len(folder)+1+nameLength <= maxSocketPath {
		return use(folder)
	}
	target, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "sg")
	if err != nil {
		return fmt.Errorf("the path of %s is too long for a socket, and a shorter one failed: %w", folder, err)
	}
	defer os.RemoveAll(temporary) // removes the link, not what it leads to
	link := filepath.Join(temporary, "job")
	if len(link)+1+nameLength > maxSocketPath {
		return fmt.Errorf("the path of %s is too long for a socket, and so is %s; set TMPDIR to a shorter one", folder, temporary)
	}
	if err := os.Symlink(target, link); err != nil {
		return fmt.Errorf("the path of %s is too long for a socket, and a shorter one failed: %w", folder, err)
	}
	return use(link)
}
