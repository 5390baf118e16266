package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// parallelismPrefix begins the keys that set the parallelism of an operator's task.
const parallelismPrefix = "parallelism."

// ErrUnsupported is wrapped by the errors of Set for options that this version does not have.
var ErrUnsupported = errors.New("not supported yet")

// Set sets the option key from how its value is written. An unknown key, an option that is not supported and a value that cannot be
// read are errors, and leave c as it was. What a value may be together with others, Validate says.
func Set(c *Config, key, value string) error {
	option, ok := lookup(key)
	switch {
	case ok && !option.Supported:
		return option.checkAlways(value)
	case ok:
		return invalid(key, value, option.set(c, value))
	case strings.HasPrefix(key, parallelismPrefix) && len(key) > len(parallelismPrefix):
		return setParallelism(c, key, value)
	}
	if err := renamed("option", key, asWritten); err != nil {
		return err
	}
	return unknown("option", key, optionKeys())
}

func asWritten(key string) string { return key }

// CheckOperators reports each operator that Parallelisms names and that is not among uids.
func (c Config) CheckOperators(uids []string) error {
	var errs []error
	for _, uid := range slices.Sorted(maps.Keys(c.Parallelisms)) {
		if !slices.Contains(uids, uid) {
			errs = append(errs, fmt.Errorf("%s%s: %w", parallelismPrefix, uid, unknownOperator(uid, uids)))
		}
	}
	return errors.Join(errs...)
}

func setParallelism(c *Config, key, value string) error {
	n, err := integer.parse(value)
	if err != nil {
		return invalid(key, value, err)
	}
	// A copy, because Configs are copied by value and must not change together.
	all := maps.Clone(c.Parallelisms)
	if all == nil {
		all = make(map[string]int)
	}
	all[strings.TrimPrefix(key, parallelismPrefix)] = n
	c.Parallelisms = all
	return nil
}

// checkAlways returns an error unless value is what happens without the option.
func (o Option) checkAlways(value string) error {
	normal, err := o.normal(value)
	switch {
	case err != nil:
		return invalid(o.Key, value, fmt.Errorf("%w (and the option is %w)", err, ErrUnsupported))
	case o.Always == "":
		return fmt.Errorf("%s: %w; leave it out", o.Key, ErrUnsupported)
	case normal != o.Always:
		return fmt.Errorf("%s: %q is %w; this version always does what %s says", o.Key, value, ErrUnsupported, o.Always)
	}
	return nil
}

func invalid(key, value string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %q is not a value of it: %w", key, value, err)
}

func lookup(key string) (Option, bool) {
	options := Options()
	i := slices.IndexFunc(options, func(o Option) bool { return o.Key == key })
	if i < 0 {
		return Option{}, false
	}
	return options[i], true
}

func optionKeys() []string {
	var keys []string
	for _, option := range Options() {
		keys = append(keys, option.Key)
	}
	return keys
}
