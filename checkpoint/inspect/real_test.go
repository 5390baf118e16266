package inspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/accesslog"
	"github.com/streamgen/streamgen/examples/enrich"
	"github.com/streamgen/streamgen/examples/rules"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/channel"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// runningJob is a pipeline that runs in the test, of which savepoints are taken.
type runningJob struct {
	t        *testing.T
	requests chan runtime.Request
	ended    chan error
}

func runJob(t *testing.T, p runtime.Pipeline, parallelism int) *runningJob {
	j := &runningJob{t, make(chan runtime.Request, 1), make(chan error, 1)}
	go func() {
		j.ended <- runtime.Run(t.Context(), p, runtime.WithParallelism(parallelism), runtime.WithCheckpoints(t.TempDir(), 0),
			runtime.WithRequests(j.requests), runtime.WithConfig(func(c *config.Config) { c.Checkpointing.InlineThreshold = 100 }))
	}()
	return j
}

// ask asks for a savepoint and returns its folder.
func (j *runningJob) ask(kind runtime.RequestKind) string {
	j.t.Helper()
	type reply struct {
		path string
		err  error
	}
	replies := make(chan reply, 1)
	j.requests <- runtime.Request{Kind: kind, Reply: func(path string, err error) { replies <- reply{path, err} }}
	select {
	case r := <-replies:
		require.NoError(j.t, r.err)
		require.NoError(j.t, inspect.Verify(vfs.OS(), r.path, nil))
		return r.path
	case err := <-j.ended:
		require.FailNow(j.t, "the job has ended", "%v", err)
		return ""
	}
}

// dump returns the lines of a dump, each without its line end.
func dump(t *testing.T, path, name, key string) []string {
	t.Helper()
	var out bytes.Buffer
	entries, err := inspect.Dump(vfs.OS(), path, inspect.Selection{Name: name, Key: key}, &out, nil)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if out.Len() == 0 {
		lines = nil
	}
	require.Len(t, lines, int(entries))
	for _, line := range lines {
		require.True(t, json.Valid([]byte(line)), line)
	}
	return lines
}

// compare returns what differs, in short, and the entries that do.
func compare(t *testing.T, a, b string) (differences []inspect.Difference, entries []string) {
	t.Helper()
	var out bytes.Buffer
	differences, err := inspect.Diff(vfs.OS(), a, b, &out, nil)
	require.NoError(t, err)
	counted, err := inspect.Diff(vfs.OS(), a, b, nil, nil)
	require.NoError(t, err)
	require.Equal(t, differences, counted)
	return differences, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// Keyed state and broadcast state of a job, while it goes on.
func TestStatesOfRules(t *testing.T) {
	payments, limits := make(chan rules.Payment), make(chan rules.Rule)
	violations, notices := make(chan rules.Violation), make(chan rules.Notice)
	j := runJob(t, &rules.Rules{
		Payments: channel.Source(payments), Rules: channel.Source(limits), Violations: channel.Sink(violations), Notices: channel.Sink(notices),
	}, 2)
	rule := func(r rules.Rule) {
		limits <- r
		for range 2 {
			<-notices // of every subtask
		}
	}
	pay := func(account string, cents int64) {
		payments <- rules.Payment{Account: account, Cents: cents}
		<-violations
	}
	rule(rules.Rule{Name: "none"}) // every payment violates it
	rule(rules.Rule{Name: "high", MaxCents: 1 << 60})
	var want []string
	for i := range 100 {
		pay(fmt.Sprint("account ", i), int64(i)+1)
		want = append(want, fmt.Sprintf(`{"key":"account %d","value":{"Spent":%d}}`, i, i+1))
	}
	before := j.ask(runtime.RequestSavepoint)

	require.ElementsMatch(t, want, dump(t, before, "Check.Account", ""))
	known := []string{
		`{"key":"high","value":{"Name":"high","MaxCents":1152921504606846976,"Withdrawn":false}}`,
		`{"key":"none","value":{"Name":"none","MaxCents":0,"Withdrawn":false}}`,
	}
	require.Equal(t, known, dump(t, before, "Check.Known.Rules", ""), "one copy")
	require.Len(t, dump(t, before, "Check", ""), 102)
	require.Contains(t, dump(t, before, "Check", ""), `{"state":"Account","key":"account 7","value":{"Spent":8}}`)
	for i, line := range want {
		require.Equal(t, []string{line}, dump(t, before, "Check.Account", fmt.Sprintf(`"account %d"`, i)))
	}
	require.Empty(t, dump(t, before, "Check.Account", `"nobody"`))
	require.Equal(t, known[1:], dump(t, before, "Check.Known.Rules", `"none"`))
	require.Equal(t, []string{`{"state":"Known.Rules",` + known[1][1:]}, dump(t, before, "Check", `"none"`))

	pay("account 7", 1000)
	pay("new", 1)
	rule(rules.Rule{Name: "high", Withdrawn: true})
	after := j.ask(runtime.RequestSavepoint)
	differences, entries := compare(t, before, after)
	require.Equal(t, []inspect.Difference{
		{Operator: "Payments", Splits: inspect.Counts{Changed: 1}},
		{Operator: "Rules", Splits: inspect.Counts{Changed: 1}},
		{Operator: "Check", State: "Account", Entries: inspect.Counts{Added: 1, Changed: 1, Same: 99}},
		{Operator: "Check", State: "Known.Rules", Entries: inspect.Counts{Removed: 1, Same: 1}},
	}, differences)
	require.ElementsMatch(t, []string{
		`{"operator":"Check","state":"Account","change":"changed","key":"account 7","before":{"Spent":8},"after":{"Spent":1008}}`,
		`{"operator":"Check","state":"Account","change":"added","key":"new","value":{"Spent":1}}`,
		`{"operator":"Check","state":"Known.Rules","change":"removed","key":"high","value":{"Name":"high","MaxCents":1152921504606846976,"Withdrawn":false}}`,
	}, entries)
	differences, _ = compare(t, before, before)
	require.Empty(t, differences)

	c, err := inspect.Show(vfs.OS(), after)
	require.NoError(t, err)
	require.Equal(t, "Rules", c.Job)
	require.Equal(t, "savepoint", c.Kind)
	require.Equal(t, 128, c.KeyGroups)
	states := map[string]inspect.State{}
	for _, o := range c.Operators {
		for _, s := range o.States {
			states[o.Operator+"."+s.State] = s
		}
		if o.Connector == "channel" && len(o.Splits) > 0 {
			require.Regexp(t, `^\d+$`, o.Splits[0].Position)
		}
	}
	require.Len(t, states, 2)
	account := states["Check.Account"]
	require.Equal(t, "keyed state", account.Kind)
	require.Equal(t, "string: {Spent int64}", account.Schema)
	require.EqualValues(t, 101, account.Entries)
	require.Len(t, account.Subtasks, 2)
	require.Less(t, account.Subtasks[0].LastKeyGroup, account.Subtasks[1].FirstKeyGroup)
	require.Positive(t, account.Stored)
	require.Equal(t, "broadcast state", states["Check.Known.Rules"].Kind)
	require.EqualValues(t, 2, states["Check.Known.Rules"].Entries, "a copy of each subtask")

	close(payments)
	close(limits)
	require.NoError(t, <-j.ended)
}

// Records that wait for a service are an ordinary list.
func TestRecordsInFlightOfEnrich(t *testing.T) {
	called, answer := make(chan string), make(chan struct{})
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called <- r.URL.Path
		<-answer
		http.NotFound(w, r)
	}))
	defer service.Close()
	orders, unknown := make(chan enrich.Order), make(chan runtime.Failed[enrich.Order], 10)
	j := runJob(t, &enrich.Enrich{
		Orders: channel.Source(orders), LookUp: enrich.LookUp{Service: service.URL, Calls: async.Unordered{Capacity: 10}},
		Totals: channel.Sink(make(chan enrich.Total)), Unknown: channel.Sink(unknown),
	}, 1)
	for i := range 3 {
		orders <- enrich.Order{ID: int64(i), Product: "gold", Pieces: 2}
		<-called
	}
	path := j.ask(runtime.RequestSavepoint)
	var want []string
	for i := range 3 {
		want = append(want, fmt.Sprintf(`{"subtask":0,"value":{"ID":%d,"Product":"gold","Pieces":2}}`, i))
	}
	require.Equal(t, want, dump(t, path, "LookUp.Async", ""))
	require.Equal(t, want, dump(t, path, "LookUp", ""))
	_, err := inspect.Dump(vfs.OS(), path, inspect.Selection{Name: "LookUp", Key: "5"}, &bytes.Buffer{}, nil)
	require.EqualError(t, err, "state LookUp.Async: a list has no keys: leave --key out")

	close(answer)
	for range 3 {
		<-unknown
	}
	differences, entries := compare(t, path, j.ask(runtime.RequestSavepoint))
	require.Contains(t, differences, inspect.Difference{Operator: "LookUp", State: "Async", Entries: inspect.Counts{Removed: 3}})
	require.Contains(t, entries, `{"operator":"LookUp","state":"Async","change":"removed","value":{"ID":1,"Product":"gold","Pieces":2}}`)
	close(orders)
	require.NoError(t, <-j.ended)
}

// The key group of a key that is a struct follows from the schema.
func TestKeysOfAccessLog(t *testing.T) {
	lines, usage := make(chan string), make(chan accesslog.Usage)
	j := runJob(t, &accesslog.AccessLog{
		Lines: channel.Source(lines), Anonymise: accesslog.Anonymise{Bits: 32}, Usage: channel.Sink(usage), Malformed: channel.Sink(make(chan string)),
	}, 2)
	for i := range 50 {
		lines <- fmt.Sprintf(`192.0.2.%d - - [-] "GET / HTTP/1.1" %d00 10`, i, i%4+1)
		<-usage
	}
	path := j.ask(runtime.RequestSavepoint)
	for i := range 50 {
		key := fmt.Sprintf(`{"Host":"192.0.2.%d/32","Class":%d}`, i, i%4+1)
		require.Equal(t, []string{`{"key":` + key + `,"value":{"Requests":1,"Bytes":10}}`}, dump(t, path, "Tally", key))
	}
	require.Len(t, dump(t, path, "Tally", ""), 50)
	close(lines)
	require.NoError(t, <-j.ended)
}

// A job over files that was stopped in the midst of them: offsets and pending files can be read.
func TestContentsOfWordCount(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.txt"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(in, bytes.Repeat([]byte("to be or not to be\n"), 200_000), 0o600))
	requests := make(chan string)
	j := runJob(t, &wordcount.WordCount{Lines: file.Lines(in), Totals: file.JSONL[wordcount.Total](out)}, 2)
	go func() { requests <- j.ask(runtime.RequestStop) }()
	job := <-requests // the folder of a job stands for the checkpoint that it goes on from
	require.NoError(t, <-j.ended)

	c, err := inspect.Show(vfs.OS(), job)
	require.NoError(t, err)
	require.Equal(t, "stop", c.Kind)
	operators := map[string]inspect.Operator{}
	for _, o := range c.Operators {
		operators[o.Operator] = o
	}
	require.Equal(t, "file.lines", operators["Lines"].Connector)
	for _, s := range operators["Lines"].Splits {
		require.Regexp(t, `^.*in\.txt#\d+-\d+$`, s.Split)
		require.Regexp(t, `^(\d+|not begun)$`, s.Position)
	}
	require.Equal(t, "file.jsonl", operators["Totals"].Connector)
	for _, transaction := range operators["Totals"].Transactions {
		require.Regexp(t, `^1 \d+ \.Totals-\d+-\d+-[0-9a-f]+\.part Totals-\d+-\d+-[0-9a-f]+\.jsonl$`, transaction.Handle)
	}
	require.NotEmpty(t, c.Tasks)
	require.Equal(t, 2, c.Tasks[0].Parallelism)
	require.Len(t, c.Tasks[0].Subtasks, 2)

	found, err := inspect.Find(vfs.OS(), job)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, found[0].ID, c.ID)
	differences, _ := compare(t, job, found[0].Path)
	require.Empty(t, differences)
}
