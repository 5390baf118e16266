package rules_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/rules"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/channel"
)

// running is the pipeline, fed by hand.
type running struct {
	t           *testing.T
	payments    chan rules.Payment
	rules       chan rules.Rule
	violations  chan rules.Violation
	notices     chan rules.Notice
	parallelism int
}

func start(t *testing.T, parallelism int) *running {
	r := &running{t: t, payments: make(chan rules.Payment), rules: make(chan rules.Rule),
		violations: make(chan rules.Violation, 100), notices: make(chan rules.Notice, 100), parallelism: parallelism}
	pipeline := &rules.Rules{
		Payments: channel.Source(r.payments), Rules: channel.Source(r.rules),
		Violations: channel.Sink(r.violations), Notices: channel.Sink(r.notices),
	}
	ended := make(chan error, 1)
	go func() { ended <- runtime.Run(context.Background(), pipeline, runtime.WithParallelism(parallelism)) }()
	t.Cleanup(func() {
		close(r.payments)
		close(r.rules)
		require.NoError(t, <-ended)
	})
	return r
}

// rule sends a rule and waits until every subtask knows it.
func (r *running) rule(rule rules.Rule, known int) {
	r.t.Helper()
	r.rules <- rule
	heard := map[int]bool{}
	for range r.parallelism {
		n := <-r.notices
		require.Equal(r.t, rule.Name, n.Rule)
		require.Equal(r.t, known, n.Rules)
		heard[n.Subtask] = true
	}
	require.Len(r.t, heard, r.parallelism, "every subtask sees every rule once")
}

func TestRulesHoldFromWhenTheyCome(t *testing.T) {
	for _, parallelism := range []int{1, 3} {
		r := start(t, parallelism)
		accounts := []string{"ada", "bob", "cyd", "dan", "eve"}
		pay := func(cents int64) {
			for _, account := range accounts {
				r.payments <- rules.Payment{Account: account, Cents: cents}
			}
		}
		// spent collects what each account has spent when it violates a rule.
		spent := func(rule string, cents int64) {
			t.Helper()
			var want, found []rules.Violation
			for _, account := range accounts {
				want = append(want, rules.Violation{Rule: rule, Account: account, Spent: cents})
				found = append(found, <-r.violations)
			}
			require.ElementsMatch(t, want, found)
		}
		r.rule(rules.Rule{Name: "loose", MaxCents: 150}, 1)
		pay(100)
		pay(100)
		spent("loose", 200)
		r.rule(rules.Rule{Name: "loose", MaxCents: 1000}, 1)
		r.rule(rules.Rule{Name: "strict", MaxCents: 250}, 2)
		pay(100)
		spent("strict", 300)
		r.rule(rules.Rule{Name: "strict", Withdrawn: true}, 1)
		pay(700)
		pay(100)
		spent("loose", 1100)
	}
}
