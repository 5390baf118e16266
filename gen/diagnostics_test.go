package gen_test

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
)

// Every mistake has its message, with its place and a way out.
func TestDiagnostics(t *testing.T) {
	cases := archives(t, "diagnostics")
	result := generate(t, module(t, cases), "./...")
	got := map[string]gen.Diagnostics{}
	for _, d := range result.Diagnostics {
		name, file, _ := strings.Cut(d.Pos.Filename, "/")
		d.Pos.Filename = file
		for i := range d.Chain {
			d.Chain[i].Pos.Filename = strings.TrimPrefix(d.Chain[i].Pos.Filename, name+"/")
		}
		got[name] = append(got[name], d)
	}
	for _, f := range result.Files {
		require.Failf(t, "a package with a mistake was generated", "%s", f.Path)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if *update {
				c.save(t, txtar.File{Name: "want", Data: []byte(got[c.name].String())})
				return
			}
			require.Equal(t, c.file("want"), got[c.name].String())
		})
	}
}
