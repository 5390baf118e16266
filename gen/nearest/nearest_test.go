package nearest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	known := []string{"from", "edge", "parallelism", "uid"}
	for name, want := range map[string]string{
		"form": "from", "From": "from", "egde": "edge", "paralelism": "parallelism", "id": "uid", "json": "", "": "",
	} {
		require.Equal(t, want, Of(name, known), name)
	}
}
