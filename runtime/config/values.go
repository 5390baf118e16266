package config

import (
	"maps"
	"slices"
)

// Argument is where a value was said that came as an argument of the command.
const Argument = "-D"

// Values are options as they are written, by key.
type Values map[string]Value

// Value is the value of an option as it is written.
type Value struct {
	Text string
	// From is where it was said: a line of a file, a variable of the environment, or Argument.
	From string
}

// Over returns v with what weaker has besides.
func (v Values) Over(weaker Values) Values {
	all := maps.Clone(weaker)
	if all == nil {
		all = Values{}
	}
	maps.Copy(all, v)
	return all
}

// SetAll sets several options at once, in the order of Options, whatever the order they were given in: of two that touch each other, such
// as dir and storage, the more specific one counts. All errors are returned together, in the order of [Join], each with the place where the value was
// said.
func SetAll(c *Config, values Values) error {
	var keys []string
	for _, option := range Options() {
		if _, ok := values[option.Key]; ok {
			keys = append(keys, option.Key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	var errs []error
	for _, key := range keys {
		value := values[key]
		if err := Set(c, key, value.Text); err != nil {
			m := &mistake{key: key, err: err}
			if value.From != "" {
				m.places = []string{value.From}
			}
			errs = append(errs, m)
		}
	}
	return Join(errs...)
}
