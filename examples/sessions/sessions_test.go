package sessions_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/sessions"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// An operator with a timer is tested without a job: the timer is a field, its callback a method.
func TestSessionize(t *testing.T) {
	z := sessions.Sessionize{Gap: time.Minute}
	var s sessions.Session
	for _, at := range []runtime.Time{1000, 5000, 200_000, 3000} {
		z.Process(sessions.Click{User: "ada", At: at}, &s)
	}
	require.Equal(t, runtime.Time(65_000), s.Expire.At())

	var out runtime.Out[sessions.Visit]
	z.OnExpire(runtime.Context{}.WithTimer(65_000), &s, &out)
	require.Equal(t, []sessions.Visit{{User: "ada", Start: 1000, End: 5000, Clicks: 3}}, out.Take())
	require.Equal(t, runtime.Time(260_000), s.Expire.At())

	z.OnExpire(runtime.Context{}.WithTimer(260_000), &s, &out)
	require.Equal(t, []sessions.Visit{{User: "ada", Start: 200_000, End: 200_000, Clicks: 1}}, out.Take())
	require.Equal(t, sessions.Session{}, s, "nothing is kept of a user without a visit")
}

// Visits are the same whatever the parallelism, although the clicks of several subtasks come in any order.
func TestSessions(t *testing.T) {
	const users, visits, clicks = 50, 4, 5
	start := runtime.Time(1_700_000_000_000)
	// The clicks of all users of one round come within a minute; rounds are an hour apart.
	at := func(i int64) sessions.Click {
		round, rest := i/(users*clicks), i%(users*clicks)
		user, n := rest%users, rest/users
		jitter := runtime.Time(i * 7919 % 3000)
		return sessions.Click{User: fmt.Sprint("user", user), At: start + runtime.Time(round)*3_600_000 + runtime.Time(n)*10_000 + jitter}
	}
	want := map[string][]sessions.Visit{}
	for i := range int64(users * visits * clicks) {
		c := at(i)
		of := want[c.User]
		if n := len(of); n == 0 || c.At.Sub(of[n-1].End) > 30*time.Minute {
			of = append(of, sessions.Visit{User: c.User, Start: c.At})
		}
		last := &of[len(of)-1]
		last.End = c.At
		last.Clicks++
		want[c.User] = of
	}
	for _, parallelism := range []int{1, 3} {
		t.Run(fmt.Sprint("parallelism ", parallelism), func(t *testing.T) {
			sink := collect.New[sessions.Visit]()
			require.NoError(t, runtime.Run(t.Context(), &sessions.Sessions{
				Clicks:     function.Source(users*visits*clicks, at),
				Sessionize: sessions.Sessionize{Gap: 30 * time.Minute},
				Visits:     sink,
			}, runtime.WithParallelism(parallelism)))
			got := map[string][]sessions.Visit{}
			for _, v := range sink.Records() {
				got[v.User] = append(got[v.User], v)
			}
			for _, visits := range got {
				slices.SortFunc(visits, func(a, b sessions.Visit) int { return cmp.Compare(a.Start, b.Start) })
			}
			require.Equal(t, want, got)
		})
	}
}
