package config

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// WriteYAML returns c as a file that FromYAML reads, each option with where its value comes from: the place in values where it was said,
// preset for what ForMain says, or default. Options without a value stand in it as comments, and so does the storage if nobody said it: it
// follows from whether there is a folder, and to say it means more.
func (c Config) WriteYAML(values Values) []byte {
	presets := map[string]string{}
	for _, s := range ForMain().Settings() {
		if s.Changed {
			presets[s.Key] = s.Value
		}
	}
	var lines [][2]string
	width := 0
	for _, s := range c.Settings() {
		line := s.Key + ": " + yamlScalar(s.Value)
		from := values[s.Key].From
		switch preset, ok := presets[s.Key]; {
		case from != "":
		case s.Value == "":
			line, from = "# "+s.Key+":", "not set"
		case s.Key == "execution.checkpointing.storage":
			line, from = "# "+line, "follows from dir"
		case ok && preset == s.Value:
			from = "preset"
		default:
			from = "default"
		}
		lines = append(lines, [2]string{line, from})
		width = max(width, len(line))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%-*s  # %s\n", width, l[0], l[1])
	}
	return []byte(b.String())
}

// yamlScalar is value as YAML writes it, in quotes where it would be read as something else without them.
func yamlScalar(value string) string {
	var plain yaml.Node
	err := yaml.Unmarshal([]byte(value), &plain)
	if err == nil && len(plain.Content) == 1 {
		n := plain.Content[0]
		if n.Kind == yaml.ScalarNode && n.Value == value && n.Tag != "!!null" && n.LineComment == "" {
			return value
		}
	}
	return strconv.Quote(value)
}
