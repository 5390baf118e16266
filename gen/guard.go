package gen

import (
	"fmt"
	"runtime/debug"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// guarded does something for a package. A panic becomes an error that names it, and what was worked at.
func guarded(p *load.Package, do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			at := ""
			if p.Working != "" {
				at = ", at " + p.Working
			}
			err = fmt.Errorf("package %s%s: %v: this is a bug in streamgen: please report it with what follows\n%s", p.Path, at, r, debug.Stack())
		}
	}()
	return do()
}
