package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// namesOperator reports whether v is what a variable of the environment says of an operator: its key has the name of that in capitals.
func (v Value) namesOperator(key string) bool {
	return strings.HasPrefix(v.From, EnvironmentName(parallelismPrefix)) && key != parallelismPrefix+"default"
}

// ForOperators returns v with what variables of the environment say of operators under the names of those, which are known by now: above a
// file and below an argument. What names none of the operators is an error, with its place, and so is a variable that may mean more than one. All are
// returned together, and what they are about is left out.
func (v Values) ForOperators(uids []string) (Values, error) {
	v = maps.Clone(v)
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(v)) {
		value := v[key]
		if !value.namesOperator(key) {
			continue
		}
		delete(v, key)
		uid, err := operatorOf(value, uids)
		if err != nil {
			errs = append(errs, &mistake{places: []string{value.From}, err: err})
			continue
		}
		if of := parallelismPrefix + uid; v[of].From != Argument {
			v[of] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		uid, ok := strings.CutPrefix(key, parallelismPrefix)
		if !ok || uid == "" || uid == "default" || slices.Contains(uids, uid) {
			continue
		}
		err := fmt.Errorf("%s: %w", key, unknownOperator(uid, uids))
		errs = append(errs, &mistake{places: []string{v[key].From}, err: err})
		delete(v, key)
	}
	return v, Join(errs...)
}

// operatorOf finds out whom a variable means.
func operatorOf(v Value, uids []string) (string, error) {
	var meant []string
	names := []string{EnvironmentName(parallelismPrefix + "default")}
	for _, uid := range uids {
		names = append(names, EnvironmentName(parallelismPrefix+uid))
		if names[len(names)-1] == v.From {
			meant = append(meant, uid)
		}
	}
	switch len(meant) {
	case 0:
		return "", unknown("environment variable", v.From, names)
	case 1:
		return meant[0], nil
	}
	return "", fmt.Errorf("it may mean %s: set each by -D %s%s=%s", strings.Join(meant, " or "), parallelismPrefix, meant[0], v.Text)
}

func unknownOperator(uid string, uids []string) error {
	return unknown("operator", uid, append([]string{"default"}, uids...))
}
