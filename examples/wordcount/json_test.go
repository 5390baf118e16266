package wordcount_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// Totals that were cut off, by a copy that did not come to its end for example, are not taken for input.
func TestJSONThatIsCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "totals.jsonl")
	write(t, path, `{"word":"a","count":1}`+"\n"+`{"word":"b","cou`)
	source := file.JSON[wordcount.Total](path)
	splits, err := source.Splits(t.Context(), nil)
	require.NoError(t, err)
	reader, err := source.Open(runtime.SourceContext{}, splits)
	require.NoError(t, err)
	defer reader.Close()

	_, err = reader.Read(make([]wordcount.Total, 10))
	require.EqualError(t, err, path+`:2:17: the file is cut off in the middle of a JSON value, after "{\"word\":\"b\",\"cou": `+
		`write it again whole, or remove it: unexpected end of JSON input`)
}
