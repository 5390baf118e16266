package diag

import (
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListIsSortedAndSaysNothingTwice(t *testing.T) {
	var l List
	l.Add(token.Position{Filename: "/m/b.go", Line: 1, Column: 1}, "second", "")
	l.Add(token.Position{Filename: "/m/a.go", Line: 10, Column: 1}, "first", "do this\nor that")
	l.Add(token.Position{Filename: "/m/b.go", Line: 1, Column: 1}, "second", "")
	l.Sort()
	l.Relative("/m")
	require.Equal(t, "a.go:10:1: first\n\tdo this\n\tor that\nb.go:1:1: second\n", l.String())
}

func TestChainStandsBetweenMessageAndHint(t *testing.T) {
	var l List
	l.AddChain(token.Position{Filename: "/m/a.go", Line: 3, Column: 2}, "wrong", []Cause{
		{token.Position{Filename: "/m/b.go", Line: 4, Column: 5}, "needed by B"},
		{Text: "which nobody wrote"},
	}, "mend it")
	l.Relative("/m")
	require.Equal(t, "a.go:3:2: wrong\n\tneeded by B at b.go:4:5\n\twhich nobody wrote\n\tmend it\n", l.String())
}
