package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde/schema"
)

// FuzzParse reads any text. What is a schema comes back from its own text, and is what itself becomes.
func FuzzParse(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schema.Parse(text)
		if err != nil {
			var syntax *schema.SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.LessOrEqual(t, syntax.Offset, len(text))
			return
		}
		again, err := schema.Parse(s.String())
		require.NoError(t, err)
		require.Equal(t, s.String(), again.String())
		require.Equal(t, s.Fingerprint(), again.Fingerprint())
		recorded, err := schema.Parse(s.Recorded())
		require.NoError(t, err)
		require.Equal(t, s.Fingerprint(), recorded.Fingerprint())
		plan, err := schema.Resolve(s, again)
		require.NoError(t, err)
		require.True(t, plan.Same())
	})
}

// FuzzApply rewrites any bytes from any form to any other.
func FuzzApply(f *testing.F) {
	f.Add("int: {A []{B int}, C *N={Next *^N, V int}}", "int: {C *N={V int, Next *^N}, D bool, -A}", []byte("\x01\x92\x91\x91\x05\x92\xc0\x05"))
	f.Add("int: {state {M map[string]{A int}}, touched int64}", "int: {M map[string]{B int was A}}", []byte("\x01\x92\x91\x81\xa1a\x91\x05\x01"))
	f.Fuzz(func(t *testing.T, writer, reader string, in []byte) {
		w, err := schema.Parse(writer)
		if err != nil {
			return
		}
		r, err := schema.Parse(reader)
		if err != nil {
			return
		}
		plan, err := schema.Resolve(w, r)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		before := string(in)
		out, err := plan.Apply(nil, in)
		require.Equal(t, before, string(in))
		if err == nil && plan.Same() {
			require.Equal(t, before, string(out))
		}
	})
}
