package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "draw the pictures of the documentation anew")

// The picture in the documentation is what the command draws.
func TestPictureOfTheDocumentation(t *testing.T) {
	const picture = "../../docs/alerts.svg"
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"graph", "--format", "svg", "-C", "../../examples/alerts", "--pipeline", "Alerts"}, &stdout, &stderr)
	require.Equal(t, exitOK, code, stderr.String())
	if *update {
		require.NoError(t, os.WriteFile(picture, stdout.Bytes(), 0o644))
	}
	want, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Equal(t, string(want), stdout.String())
}
