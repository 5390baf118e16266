package serde_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde"
)

// A clone of what writes itself is equal and has memory of its own.
func TestCloneOfWhatWritesItself(t *testing.T) {
	v := *new(big.Int).Lsh(big.NewInt(5), 200)
	c := serde.CloneText(v)
	require.Zero(t, v.Cmp(&c))
	v.Add(&v, big.NewInt(1)).Bits()[0] = 7
	require.Zero(t, c.Cmp(new(big.Int).Lsh(big.NewInt(5), 200)))

	u := stubborn{n: 3}
	require.Equal(t, 3, serde.CloneBinary(u).n)
	require.Panics(t, func() { serde.CloneBinary(stubborn{n: -1}) })
}

// stubborn does not read what it wrote of negative numbers.
type stubborn struct{ n int }

func (s stubborn) MarshalBinary() ([]byte, error) { return []byte{byte(s.n)}, nil }

func (s *stubborn) UnmarshalBinary(b []byte) error {
	if s.n = int(int8(b[0])); s.n < 0 {
		return big.ErrNaN{}
	}
	return nil
}
