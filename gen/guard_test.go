package gen

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// A bug of the generator names the package and the field that it met.
func TestPanicBecomesError(t *testing.T) {
	p := &load.Package{Path: "example.com/p"}
	err := each([]*load.Package{p}, func(_ int, p *load.Package) error {
		p.Working = "P.Count"
		panic("out of range")
	})
	require.ErrorContains(t, err, "package example.com/p, at P.Count: out of range: this is a bug in streamgen")
}
