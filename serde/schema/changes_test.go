package schema

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChangesInWords(t *testing.T) {
	for _, test := range []struct {
		name, writer, reader string
		want                 []string
	}{
		{"the same", "string: {N int64}", "string: {N int64}", nil},
		{"new", "string: {N int64}", "string: {N int64, Last string}", []string{"S.Last is new and begins as zero"}},
		{"renamed", "string: {N int64}", "string: {Count int64 was N}", []string{"S.Count was N"}},
		{"dropped", "string: {N int64, Old string}", "string: {N int64, -Old}", []string{"S.Old is dropped"}},
		{"in another order", "{A int64, B string}", "{B string, A int64}", []string{"S has its fields in another order"}},
		{"deep", "{Orders []{Price int64}}", "{Orders []{Price int64, Tax int64}}", []string{"S.Orders[].Tax is new and begins as zero"}},
		{"a time to live", "string: {N int64}", "string: {state {N int64}, touched int64}", []string{"S has a time to live now, and was never touched"}},
		{"none any more", "string: {state {N int64}, touched int64}", "string: {N int64}", []string{"S has no time to live any more"}},
		{"a type that contains itself", "Node={N int64, Next *^Node}", "Node={N int64, Next *^Node, Up bool}", []string{"S.Up is new and begins as zero"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			writer, err := Parse(test.writer)
			require.NoError(t, err)
			reader, err := Parse(test.reader)
			require.NoError(t, err)
			plan, err := Resolve(writer, reader)
			require.NoError(t, err)
			require.Equal(t, test.want, Changes(writer, reader, "S"))
			if test.want == nil {
				require.True(t, plan.Same())
			}
		})
	}
}
