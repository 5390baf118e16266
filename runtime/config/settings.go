package config

import (
	"maps"
	"slices"
	"strconv"
)

// Setting is an option with its value, as Set takes it.
type Setting struct {
	Key, Value string
	// Changed is true if the value is not the one of Default.
	Changed bool
}

// Settings returns the value of every supported option, in the order of Options.
func (c Config) Settings() []Setting {
	var settings []Setting
	defaults := Default()
	for _, option := range Options() {
		if option.Supported {
			value := option.get(c)
			settings = append(settings, Setting{Key: option.Key, Value: value, Changed: value != option.get(defaults)})
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(c.Parallelisms)) {
		settings = append(settings, Setting{Key: parallelismPrefix + uid, Value: strconv.Itoa(c.Parallelisms[uid]), Changed: true})
	}
	return settings
}
