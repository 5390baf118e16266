package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/examples/rules"
	"github.com/streamgen/streamgen/runtime"
)

// The methods are ordinary ones: a test needs no running job.
func TestCheck(t *testing.T) {
	var (
		check   rules.Check
		known   rules.Known
		account rules.Account
		out     runtime.Out[rules.Violation]
		notices runtime.Out[rules.Notice]
		ctx     runtime.BroadcastContext
	)
	check.BroadcastRules(ctx, rules.Rule{Name: "strict", MaxCents: 10}, &known, &notices)
	check.BroadcastRules(ctx, rules.Rule{Name: "loose", MaxCents: 20}, &known, &notices)
	require.Equal(t, []rules.Notice{{Rule: "strict", Rules: 1}, {Rule: "loose", Rules: 2}}, notices.Take())

	check.ProcessPayments(rules.Payment{Account: "ada", Cents: 15}, &account, &known, &out)
	require.Equal(t, []rules.Violation{{Rule: "strict", Account: "ada", Spent: 15}}, out.Take())
	check.ProcessPayments(rules.Payment{Account: "ada", Cents: 15}, &account, &known, &out)
	require.Equal(t, []rules.Violation{{Rule: "loose", Account: "ada", Spent: 30}, {Rule: "strict", Account: "ada", Spent: 30}}, out.Take())

	check.BroadcastRules(ctx, rules.Rule{Name: "loose", Withdrawn: true}, &known, &notices)
	_, there := known.Rules.Get("loose")
	require.False(t, there)
}
