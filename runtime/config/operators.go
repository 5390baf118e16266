package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// namesOperator reports whether v is what a variable of the environment says of an operator: its key has the name of that in capitals.
func (v Value) namesOperator(key string) bool {
	return strings.HasPrefix(v.From, EnvironmentName(parallelismPrefix)) && key != parallelismPrefix+"default"
}

// isHidden reports whether the value of a key has no effect since a stronger one is said of the same operator in other letters: an argument
// is above the environment, and that above a file.
func (v Values) isHidden(key string) bool {
	value := v[key]
	if !strings.HasPrefix(key, parallelismPrefix) || value.From == Argument {
		return false
	}
	for other, stronger := range v {
		if other == key || EnvironmentName(other) != EnvironmentName(key) {
			continue
		}
		if value.namesOperator(key) && stronger.From == Argument || !value.namesOperator(key) && stronger.namesOperator(other) {
			return true
		}
	}
	return false
}

// setVariable sets the parallelism of an operator that is known by a name in capitals alone.
func setVariable(c *Config, key, value string) error {
	n, err := integer.parse(value)
	if err != nil {
		return invalid(key, value, err)
	}
	all := maps.Clone(c.variables)
	if all == nil {
		all = make(map[string]int)
	}
	all[EnvironmentName(key)] = n
	c.variables = all
	return nil
}

// ForOperators returns c with what variables of the environment say of operators, which are known by now. A variable that names none of
// them, or more than one, is an error.
func (c Config) ForOperators(uids []string) (Config, error) {
	variables := c.variables
	c.variables = nil
	c.Parallelisms = maps.Clone(c.Parallelisms)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		var meant []string
		names := []string{EnvironmentName(parallelismPrefix + "default")}
		for _, uid := range uids {
			names = append(names, EnvironmentName(parallelismPrefix+uid))
			if names[len(names)-1] == name {
				meant = append(meant, uid)
			}
		}
		switch len(meant) {
		case 0:
			errs = append(errs, unknown("environment variable", name, names))
		case 1:
			if c.Parallelisms == nil {
				c.Parallelisms = map[string]int{}
			}
			c.Parallelisms[meant[0]] = variables[name]
		default:
			errs = append(errs, fmt.Errorf("environment variable %s may mean %s: set each by -D %s%s=%d", name, strings.Join(meant, " or "), parallelismPrefix, meant[0], variables[name]))
		}
	}
	return c, errors.Join(errs...)
}
