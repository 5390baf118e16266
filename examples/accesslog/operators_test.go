package accesslog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/accesslog"
	"github.com/streamgen/streamgen/runtime"
)

const line = `192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326`

func TestParse(t *testing.T) {
	var p accesslog.Parse
	require.NoError(t, p.Open())
	var out runtime.Out[accesslog.Request]
	var malformed runtime.Out[string]
	require.NoError(t, p.Process(runtime.Context{}, line, &out, &malformed))
	require.Equal(t, []accesslog.Request{{Host: "192.0.2.7", Method: "GET", Path: "/apache_pb.gif", Status: 200, Bytes: 2326}}, out.Take())

	require.NoError(t, p.Process(runtime.Context{}, "nonsense", &out, &malformed))
	require.Empty(t, out.Take())
	require.Equal(t, []string{"nonsense"}, malformed.Take())

	p.Strict = true
	require.ErrorIs(t, p.Process(runtime.Context{}, "nonsense", &out, &malformed), accesslog.ErrMalformed)
	require.NoError(t, p.Close())
}

func TestAnonymise(t *testing.T) {
	a := accesslog.Anonymise{Bits: 24}
	for host, want := range map[string]string{
		"192.0.2.7":       "192.0.2.0/24",
		"2001:db8:1:2::3": "2001:db8:1::/48",
		"example.org":     "example.org",
	} {
		require.Equal(t, want, a.Map(accesslog.Request{Host: host}).Host)
	}
}

func TestTally(t *testing.T) {
	var out runtime.Out[accesslog.Usage]
	var s accesslog.TallyState
	r := accesslog.Request{Host: "a", Status: 404, Bytes: 7}
	who := accesslog.Tally{}.Key(&r)
	accesslog.Tally{}.Process(who, &r, &s, &out)
	accesslog.Tally{}.Process(who, &r, &s, &out)
	require.Equal(t, accesslog.Usage{Who: accesslog.Who{Host: "a", Class: 4}, Requests: 2, Bytes: 14}, out.Take()[1])
}
