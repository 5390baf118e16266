package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde/schema"
)

func TestCommon(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"string: {A int, B int}", "string: {B int, C int}", "string: {B int, -C, -A}"},
		{"{A []{X int, Y int}, B *{X int}}", "{B *{Z int}, A []{Y int}}", "{B *{-Z, -X}, A []{Y int, -X}}"},
		{"int: {state {A int, B int}, touched int64}", "int: {A int}", "int: {A int, -B}"},
		{"int: {A int}", "int: {state {A int, B int}, touched int64}", "int: {A int, -B}"},
		{"N={Next *^N, V int, W int}", "M={Next *^M, V int}", "M={Next *^M, V int, -W}"},
		{"{A map[string]{X int}}", "{A map[string]{}}", "{A map[string]{-X}}"},
	} {
		a, err := schema.Parse(c.a)
		require.NoError(t, err)
		b, err := schema.Parse(c.b)
		require.NoError(t, err)
		common := schema.Common(a, b)
		require.Equal(t, c.want, common.String())
		for _, s := range []*schema.Schema{a, b} {
			_, err := schema.Resolve(s, common)
			require.NoError(t, err, "%s to %s", s, common)
		}
	}
	a, err := schema.Parse("{A int, B int}")
	require.NoError(t, err)
	b, err := schema.Parse("{A string, B int}")
	require.NoError(t, err)
	_, err = schema.Resolve(a, schema.Common(a, b))
	require.EqualError(t, err, "A: int became string")
}
