package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// mistake is an error with the places where its values were said: those of Values, none if nobody said them.
type mistake struct {
	places []string
	key    string // of the option whose value cannot be read, "" if it is another mistake
	err    error
}

// Error implements error. An argument needs no place where it is the only one, since who reads this has just written it, nor does what names its place
// itself.
func (m *mistake) Error() string {
	text := m.err.Error()
	if len(m.places) == 0 || len(m.places) == 1 && (m.places[0] == Argument || strings.Contains(text, m.places[0])) {
		return text
	}
	return strings.Join(m.places, " and ") + ": " + text
}

// Unwrap returns the error without its places.
func (m *mistake) Unwrap() error { return m.err }

// Join joins the errors of FromYAML, FromEnvironment, SetAll and Load, sorted: those of a file by its lines, then those of the environment by their
// variables, then those of arguments, then all others. What several values are about stands where the first of them does.
func Join(errs ...error) error {
	all := flat(nil, errs)
	slices.SortStableFunc(all, func(a, b error) int { return placeOf(a).compare(placeOf(b)) })
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

const (
	inFile = iota
	inEnvironment
	inArgument
	elsewhere
)

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.class, q.class), cmp.Compare(p.name, q.name), cmp.Compare(p.line, q.line))
}

func placeOf(err error) place {
	if m, ok := errors.AsType[*mistake](err); ok && len(m.places) > 0 {
		return parsePlace(m.places[0])
	}
	return place{class: elsewhere}
}

func parsePlace(from string) place {
	if from == Argument {
		return place{class: inArgument}
	}
	if strings.HasPrefix(from, environmentPrefix) {
		return place{class: inEnvironment, name: from}
	}
	i := strings.LastIndexByte(from, ':')
	line, _ := strconv.Atoi(from[i+1:])
	return place{inFile, from[:max(i, 0)], line}
}
