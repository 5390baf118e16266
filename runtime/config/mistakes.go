package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// mistake is an error with the place where its value was said: that of a Value, or "".
type mistake struct {
	from string
	err  error
}

// Error implements error.
func (m *mistake) Error() string {
	if m.from == "" || m.from == Argument {
		return m.err.Error()
	}
	return m.from + ": " + m.err.Error()
}

// Unwrap returns the error without its place.
func (m *mistake) Unwrap() error { return m.err }

// Join joins the errors of FromYAML, FromEnvironment and SetAll, sorted: those of a file by its lines, then those of the environment by their
// variables, then those of arguments, then all others.
func Join(errs ...error) error {
	all := flat(nil, errs)
	slices.SortStableFunc(all, func(a, b error) int {
		p, q := placeOf(a), placeOf(b)
		return cmp.Or(cmp.Compare(p.class, q.class), cmp.Compare(p.name, q.name), cmp.Compare(p.line, q.line))
	})
	return errors.Join(all...)
}

// flat adds the errors that are joined in others.
func flat(all, errs []error) []error {
	for _, err := range errs {
		if err == nil {
			continue
		}
		if joined, ok := err.(interface{ Unwrap() []error }); ok { // what wraps one other is one mistake
			all = flat(all, joined.Unwrap())
			continue
		}
		all = append(all, err)
	}
	return all
}

// place is where a mistake stands among others.
type place struct {
	class int
	name  string
	line  int
}

func placeOf(err error) place {
	const (
		file = iota
		environment
		argument
		elsewhere
	)
	var m *mistake
	if !errors.As(err, &m) || m.from == "" {
		return place{class: elsewhere}
	}
	if m.from == Argument {
		return place{class: argument}
	}
	if strings.HasPrefix(m.from, environmentPrefix) {
		return place{class: environment, name: m.from}
	}
	i := strings.LastIndexByte(m.from, ':')
	line, _ := strconv.Atoi(m.from[i+1:])
	return place{file, m.from[:max(i, 0)], line}
}
