package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tables of docs/configuration.md anew")

// The tables of the documentation say what the registry says.
func TestDocumentationListsEveryOption(t *testing.T) {
	const file = "../../docs/configuration.md"
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	want := string(written)
	for _, table := range []struct{ name, rows string }{
		{"supported", optionTable(true)},
		{"later", optionTable(false)},
	} {
		begin, end := "<!-- begin "+table.name+" -->\n", "<!-- end "+table.name+" -->"
		before, rest, ok := strings.Cut(want, begin)
		require.True(t, ok, "%s has no %s", file, begin)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok, "%s has no %s", file, end)
		want = before + begin + table.rows + end + after
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(written), "run go test ./runtime/config -update")
}

// The page that compares with Flink leaves no option out.
func TestCheckpointingPageNamesEveryOption(t *testing.T) {
	page, err := os.ReadFile("../../docs/checkpointing.md")
	require.NoError(t, err)
	for _, o := range Options() {
		name, isRestart := strings.TrimPrefix(o.Key, "execution.checkpointing."), strings.HasPrefix(o.Key, "restart-strategy.")
		if o.Supported && !isRestart && strings.Contains(o.Key, "execution.") {
			require.Contains(t, string(page), "`"+name+"`", "docs/checkpointing.md has no row of %s", name)
		}
	}
}

// optionTable returns the options as rows of a Markdown table, the supported ones or the others.
func optionTable(supported bool) string {
	var b strings.Builder
	if supported {
		b.WriteString("| Option | Value | Default | Meaning | In Go |\n|---|---|---|---|---|\n")
	} else {
		b.WriteString("| Option | Value | Default in Flink | Accepted | Meaning |\n|---|---|---|---|---|\n")
	}
	for _, o := range Options() {
		switch {
		case o.Supported != supported:
		case supported:
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o.Key, o.Kind, orNone(o.Default), o.Help, code(o.Field))
		default:
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o.Key, o.Kind, orNone(o.Default), code(o.Always), o.Help)
		}
	}
	return b.String()
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
