package accesslog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/accesslog"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// Every request is counted once, whoever parses it: the last usage of each key is the sum over all lines.
func TestAccessLog(t *testing.T) {
	const lines = 3000
	statuses := []string{"200", "301", "404", "500"}
	usage, malformed := collect.New[accesslog.Usage](), collect.New[string]()
	pipeline := &accesslog.AccessLog{
		Lines: function.Source(lines, func(i int64) string {
			switch {
			case i%100 == 99:
				return "nonsense"
			case i%100 == 98:
				return `192.0.2.1 - - [-] "POST / HTTP/1.1" 200 1`
			}
			return `192.0.2.` + string(rune('0'+i%7)) + ` - - [-] "GET / HTTP/1.1" ` + statuses[i%4] + ` 10`
		}),
		Anonymise: accesslog.Anonymise{Bits: 24},
		Usage:     usage,
		Malformed: malformed,
	}
	require.NoError(t, runtime.Run(t.Context(), pipeline, runtime.WithParallelism(3)))

	last := map[accesslog.Who]accesslog.Usage{}
	for _, u := range usage.Records() {
		require.Equal(t, last[u.Who].Requests+1, u.Requests, "a request was lost or counted twice")
		last[u.Who] = u
	}
	var requests, bytes int64
	for _, u := range last {
		requests += u.Requests
		bytes += u.Bytes
	}
	require.Len(t, last, len(statuses))
	require.EqualValues(t, lines*98/100, requests)
	require.EqualValues(t, lines*98/100*10, bytes)
	require.Len(t, malformed.Records(), lines/100)
}

// A strict parser ends the job at the first malformed line.
func TestStrict(t *testing.T) {
	err := runtime.Run(t.Context(), &accesslog.AccessLog{
		Lines: function.Of("nonsense"), Parse: accesslog.Parse{Strict: true},
		Usage: collect.New[accesslog.Usage](), Malformed: collect.New[string](),
	})
	require.ErrorIs(t, err, accesslog.ErrMalformed)
	require.ErrorContains(t, err, "Parse")
}
