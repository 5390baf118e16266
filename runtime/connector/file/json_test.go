package file

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type order struct {
	ID    int64  `json:"id"`
	Buyer string `json:"buyer"`
	Tags  []string
}

func TestJSON(t *testing.T) {
	path := write(t, "f.jsonl", `{"id":1,"buyer":"ann","Tags":["x","y"]}`+"\r\n\n \t\n"+` {"id":2} `+"\n"+`{"id":3,"more":true}`)
	want := []order{{ID: 1, Buyer: "ann", Tags: []string{"x", "y"}}, {ID: 2}, {ID: 3}}
	for _, batch := range []int{1, 2, 256} {
		for _, splitSize := range []int64{1, 10, 1000} {
			require.Equal(t, want, readAll(t, JSON[order](path).SplitSize(splitSize), batch))
		}
	}
	zipped := write(t, "f.jsonl.gz", `"a"`+"\n"+`"b"`)
	require.Equal(t, []string{"a", "b"}, readAll(t, JSON[string](zipped), 1))
}

func TestJSONErrors(t *testing.T) {
	good := `{"id":1}` + "\n"
	tests := []struct {
		name, content string
		err           string // behind the path
	}{
		{"the file is cut off", good + `{"id":2,"buyer":"an`,
			`:2:20: the file is cut off in the middle of a JSON value, after "{\"id\":2,\"buyer\":\"an": write it again whole, or remove it`},
		{"a line is cut off", good + `{"id":2` + "\n" + good, `:2:8: the line is cut off in the middle of a JSON value, after "{\"id\":2"`},
		{"not JSON", good + good + "hello\n", `:3:1: invalid character 'h' looking for beginning of value, at the end of "h"`},
		{"two values", good + `{"id":2} {"id":3}`, `:2:10: invalid character '{' after top-level value`},
		{"another type", good + `{"id":"two"}`, `:2:11: json: cannot unmarshal string into Go struct field order.id of type int64`},
		{"too long", good + strings.Repeat("9", 200), ":2: the line at byte 9 is longer than 100 bytes"},
	}
	for _, tt := range tests {
		for _, name := range []string{"f.jsonl", "f.jsonl.gz"} {
			for _, splitSize := range []int64{5, 1000} {
				t.Run(fmt.Sprintf("%s/%s/splits of %d", tt.name, name, splitSize), func(t *testing.T) {
					path := write(t, name, tt.content)
					_, err := tryRead(t, JSON[order](path).MaxLine(100).SplitSize(splitSize), 256)
					require.ErrorContains(t, err, path+tt.err)
				})
			}
		}
	}
}
