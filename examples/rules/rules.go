// Package rules checks payments against rules that change while it runs. The payments of an account come to one subtask, which knows what
// the account has spent; the rules come to every subtask.
package rules

//go:generate go tool streamgen

import (
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/state"
)

// Payment is what an account spends at a time.
type Payment struct {
	Account string `json:"account"`
	Cents   int64  `json:"cents"`
}

// Rule says what an account may spend in all. A later one of the same name replaces it.
type Rule struct {
	Name     string `json:"name"`
	MaxCents int64  `json:"maxCents"`
	// Withdrawn ends the rule.
	Withdrawn bool `json:"withdrawn"`
}

// Violation is a payment after which an account has spent more than a rule allows.
type Violation struct {
	Rule    string `json:"rule"`
	Account string `json:"account"`
	Spent   int64  `json:"spent"`
}

// Notice says that a subtask has heard of a rule.
type Notice struct {
	Rule    string `json:"rule"`
	Subtask int    `json:"subtask"`
	// Rules is how many it knows.
	Rules int `json:"rules"`
}

// Check compares what every account has spent with the rules that hold when it pays.
//
//streamgen:operator
type Check struct{}

// Account is what Check remembers of one account.
type Account struct{ Spent int64 }

// Known is what Check remembers of the rules.
type Known struct {
	Rules state.Broadcast[string, Rule]
}

// KeyPayments is the account.
func (Check) KeyPayments(p Payment) string { return p.Account }

// ProcessPayments adds p to what the account has spent and says which rules it violates.
func (Check) ProcessPayments(p Payment, a *Account, known *Known, out *runtime.Out[Violation]) {
	a.Spent += p.Cents
	for name, rule := range known.Rules.All() {
		if a.Spent > rule.MaxCents {
			out.Emit(Violation{Rule: name, Account: p.Account, Spent: a.Spent})
		}
	}
}

// BroadcastRules takes a rule, in every subtask.
func (Check) BroadcastRules(ctx runtime.BroadcastContext, r Rule, known *Known, notices *runtime.Out[Notice]) {
	if r.Withdrawn {
		known.Rules.Delete(ctx, r.Name)
	} else {
		known.Rules.Put(ctx, r.Name, r)
	}
	notices.Emit(Notice{Rule: r.Name, Subtask: ctx.Subtask(), Rules: known.Rules.Len()})
}

// Rules reports the payments that violate a rule.
//
//streamgen:pipeline
type Rules struct {
	Payments   runtime.Source[Payment]
	Rules      runtime.Source[Rule]    `parallelism:"1"`
	Check      Check                   `from:"payments=Payments,rules=Rules"`
	Violations runtime.Sink[Violation] `from:"Check"`
	Notices    runtime.Sink[Notice]    `from:"Check.notices"`
}
