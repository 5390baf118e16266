package gen_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
)

// What is committed is what would be generated now.
func TestCommittedFilesAreUpToDate(t *testing.T) {
	result, err := gen.Generate(context.Background(), gen.Config{Dir: "..", Patterns: []string{"./examples/...", "./generated_test/..."}})
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics.String())
	require.NotEmpty(t, result.Files)
	for _, f := range result.Files {
		require.NotNil(t, f.Content, "%s is stale", f.Path)
		committed, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		require.Equal(t, string(committed), string(f.Content))
	}
}
