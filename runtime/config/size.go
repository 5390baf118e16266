package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

const (
	kibibyte = 1 << 10
	mebibyte = 1 << 20
)

var errSize = errors.New("want a size such as 20 kb or 1 mb (1 kb is 1024 bytes); a bare number is bytes")

// sizeUnits are Flink's, largest first. All are powers of 1024.
var sizeUnits = []struct {
	words []string // the first is how it is written
	size  int
}{
	{[]string{"gb", "g", "gib", "gibibytes"}, 1 << 30},
	{[]string{"mb", "m", "mib", "mebibytes"}, mebibyte},
	{[]string{"kb", "k", "kib", "kibibytes"}, kibibyte},
	{[]string{"bytes", "b"}, 1},
}

// parseSize reads a size in bytes as Flink writes it: a whole number and a unit, a bare number is bytes.
func parseSize(value string) (int, error) {
	number, unit := splitUnit(value)
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, errSize
	}
	if unit == "" {
		return n, nil
	}
	for _, u := range sizeUnits {
		for _, word := range u.words {
			if !strings.EqualFold(unit, word) {
				continue
			}
			if n > math.MaxInt/u.size {
				return 0, errors.New("too large")
			}
			return n * u.size, nil
		}
	}
	return 0, errSize
}

// formatSize writes n in the largest unit of which it is a whole number.
func formatSize(n int) string {
	for _, u := range sizeUnits {
		if n != 0 && n%u.size == 0 {
			return strconv.Itoa(n/u.size) + " " + u.words[0]
		}
	}
	return "0 bytes"
}
