package config

import (
	"slices"
	"strings"
)

// environmentPrefix begins the variables that set options.
const environmentPrefix = "STREAMGEN_"

// FromEnvironment returns the options that environ, as os.Environ gives it, sets: STREAMGEN_ and the key in capitals, with _ for . and -.
// One of STREAMGEN_PARALLELISM_ names an operator, in capitals too. A variable that begins so and names no option is an error.
func FromEnvironment(environ []string) (Values, error) {
	keys := optionKeys()
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = EnvironmentName(key)
	}
	values := Values{}
	var errs []error
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, environmentPrefix) {
			continue
		}
		i := slices.Index(names, name)
		switch operator, ok := strings.CutPrefix(name, EnvironmentName(parallelismPrefix)); {
		case i >= 0:
			values[keys[i]] = Value{Text: value, From: name}
		case ok && operator != "": // who it is turns out when the operators are known
			values[parallelismPrefix+operator] = Value{Text: value, From: name}
		default:
			err := renamed("environment variable", name, EnvironmentName)
			if err == nil {
				err = unknown("environment variable", name, names)
			}
			errs = append(errs, &mistake{places: []string{name}, err: err})
		}
	}
	return values, Join(errs...)
}

// EnvironmentName is the variable that sets the option key.
func EnvironmentName(key string) string {
	return environmentPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}
