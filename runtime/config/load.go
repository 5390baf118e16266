package config

import (
	"errors"
	"slices"
	"strings"
)

// Load sets all values and validates what comes of them. It returns every mistake at once, in the order of [Join], with the places where the
// values were said that it is about; read is what was wrong when the values were read, and comes with the others. Whether options go together is not
// said of those that have no value that can be read.
func Load(c *Config, values Values, read error) error {
	errs := flat(nil, []error{read, SetAll(c, values)})
	var unread []string
	for _, err := range errs {
		if m, ok := errors.AsType[*mistake](err); ok && m.key != "" {
			unread = append(unread, m.key)
		}
	}
	for _, err := range flat(nil, []error{Validate(*c)}) {
		if !slices.ContainsFunc(unread, func(key string) bool { return names(err, key) }) {
			errs = append(errs, values.Locate(err))
		}
	}
	return Join(errs...)
}

// Locate adds to each of the errors that are joined in err the places where the values of the options were said that its message names.
func (v Values) Locate(err error) error {
	var located []error
	for _, err := range flat(nil, []error{err}) {
		m := &mistake{err: err}
		for key, value := range v {
			if value.From != "" && names(err, key) && !slices.Contains(m.places, value.From) {
				m.places = append(m.places, value.From)
			}
		}
		slices.SortFunc(m.places, func(a, b string) int { return parsePlace(a).compare(parsePlace(b)) })
		located = append(located, m)
	}
	return Join(located...)
}

// names reports whether the message of an error names an option. The key of one may be the beginning of another's.
func names(err error, key string) bool {
	before, text, found := strings.Cut(err.Error(), key)
	for ; found; before, text, found = strings.Cut(text, key) {
		next, _, _ := strings.Cut(text, ".")
		continues := next != "" && isKeyByte(next[0]) || next == "" && len(text) > 1 && isKeyByte(text[1])
		if !continues && (before == "" || !isKeyByte(before[len(before)-1]) && before[len(before)-1] != '.') {
			return true
		}
	}
	return false
}

// isKeyByte reports whether a key may have b between two points.
func isKeyByte(b byte) bool {
	return b == '-' || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b >= 0x80
}
