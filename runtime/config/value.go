package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A valueType is how the values of an option are written. What format writes parse reads.
type valueType[T any] struct {
	kind   string // for people: "duration", or the words of an enum
	parse  func(string) (T, error)
	format func(T) string
}

var (
	duration = valueType[time.Duration]{"duration", parseDuration, formatDuration}
	size     = valueType[int]{"size", parseSize, formatSize}
	boolean  = valueType[bool]{"true or false", parseBool, strconv.FormatBool}
	integer  = valueType[int]{"whole number", parseInt, strconv.Itoa}
	number   = valueType[float64]{"number", parseFloat, formatFloat}
	path     = valueType[string]{"path", parsePath, func(s string) string { return s }}
	paths    = valueType[[]string]{"paths", parsePaths, func(s []string) string { return strings.Join(s, ",") }}

	// pathToRestore is a path that must not be empty: one of a variable that is not set would start from nothing.
	pathToRestore = valueType[string]{"path", parsePathToRestore, path.format}

	// durationOrOff is a duration of which 0 is written off: a 0 that nobody meant must not turn checkpoints off.
	durationOrOff = valueType[time.Duration]{"duration or off", parseDurationOrOff, formatDurationOrOff}
	// durationOrSame is one of which 0 is written off, and SameInterval same.
	durationOrSame = valueType[time.Duration]{"duration, off or same", parseDurationOrSame, formatDurationOrSame}
	// keyGroups is a number of which 0 is written -1, Flink's word for one that was not chosen.
	keyGroups = valueType[int]{"whole number", parseKeyGroups, formatKeyGroups}
)

// enum is the type of an option that is one of words, numbered from 0.
func enum[T ~uint8](key string, words []string) valueType[T] {
	kind := alternatives(words)
	return valueType[T]{
		kind: kind,
		parse: func(value string) (T, error) {
			i, ok := matchWord(words, synonyms[key], value)
			if !ok {
				return 0, errors.New("want " + kind)
			}
			return T(i), nil
		},
		format: func(value T) string { return word(words, value) },
	}
}

func alternatives(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func parseBool(value string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("want true or false")
}

func parseInt(value string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil {
		return 0, errors.New("want a whole number")
	}
	return n, nil
}

func parseFloat(value string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, errors.New("want a number such as 1.5")
	}
	return f, nil
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// parsePath takes a local path, or one written as Flink does: file:///folder.
func parsePath(value string) (string, error) {
	scheme, rest, ok := strings.Cut(value, "://")
	switch {
	case !ok:
		return value, nil
	case strings.EqualFold(scheme, "file") && strings.HasPrefix(rest, "/"):
		return rest, nil
	case strings.EqualFold(scheme, "file"):
		return "", errors.New("want three slashes before an absolute path, as in file:///folder")
	}
	return "", fmt.Errorf("%s:// is not supported yet: want a local path", scheme)
}

func parsePathToRestore(value string) (string, error) {
	if strings.TrimSpace(value) == "" {
		return "", errors.New("want a savepoint, a checkpoint or latest; to start from nothing, or to go on from the job's own checkpoints, leave it out")
	}
	return parsePath(value)
}

// parsePaths takes paths that are separated by commas.
func parsePaths(value string) ([]string, error) {
	var all []string
	if strings.TrimSpace(value) == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(value, ",") {
		p, err := parsePath(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		if p == "" {
			return nil, errors.New("want paths separated by commas")
		}
		all = append(all, p)
	}
	return all, nil
}

func parseDurationOrOff(value string) (time.Duration, error) {
	if strings.EqualFold(strings.TrimSpace(value), "off") {
		return 0, nil
	}
	d, err := parseDuration(value)
	if err == nil && d == 0 {
		err = errors.New("write off to do without")
	}
	return d, err
}

func formatDurationOrOff(d time.Duration) string {
	if d == 0 {
		return "off"
	}
	return formatDuration(d)
}

func parseDurationOrSame(value string) (time.Duration, error) {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "same":
		return SameInterval, nil
	case "off":
		return 0, nil
	}
	return parseDuration(value)
}

func formatDurationOrSame(d time.Duration) string {
	if d == SameInterval {
		return "same"
	}
	return formatDurationOrOff(d)
}

func parseKeyGroups(value string) (int, error) {
	n, err := parseInt(value)
	if n == -1 {
		n = 0
	}
	return n, err
}

func formatKeyGroups(n int) string {
	if n == 0 {
		return "-1"
	}
	return strconv.Itoa(n)
}
