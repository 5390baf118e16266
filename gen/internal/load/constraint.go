package load

import (
	"go/ast"
	"go/build/constraint"
	"path/filepath"
	"slices"
	"strings"
)

// Constraint returns the file's //go:build line, "" if there is none.
func (f *File) Constraint() string {
	for _, group := range f.Syntax.Comments {
		if group.Pos() > f.Syntax.Package {
			break
		}
		i := slices.IndexFunc(group.List, func(c *ast.Comment) bool { return constraint.IsGoBuild(c.Text) })
		if i >= 0 {
			return group.List[i].Text
		}
	}
	return ""
}

// OutputSuffix is in the name of every file that is generated.
const OutputSuffix = "_streamgen"

// OutputName returns the name of the file generated for source: _streamgen goes before the suffixes to which the go command gives a
// meaning, so that both files are built together.
func OutputName(source string) string {
	dir, base := filepath.Split(source)
	base = strings.TrimSuffix(base, ".go")
	suffix := ""
	if rest, ok := strings.CutSuffix(base, "_test"); ok {
		base, suffix = rest, "_test"
	}
	if rest, last, ok := cutWord(base); ok && isArch(last) {
		base, suffix = rest, "_"+last+suffix
		if rest, last, ok := cutWord(base); ok && isOS(last) {
			base, suffix = rest, "_"+last+suffix
		}
	} else if ok && isOS(last) {
		base, suffix = rest, "_"+last+suffix
	}
	return dir + base + OutputSuffix + suffix + ".go"
}

func cutWord(s string) (rest, last string, ok bool) {
	i := strings.LastIndexByte(s, '_')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// isOS reports whether the go command takes _s at the end of a file's name for an operating system.
func isOS(s string) bool {
	switch s {
	case "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd",
		"plan9", "solaris", "wasip1", "windows", "zos":
		return true
	}
	return false
}

// isArch reports whether the go command takes _s at the end of a file's name for an architecture.
func isArch(s string) bool {
	switch s {
	case "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
		"mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm":
		return true
	}
	return false
}
