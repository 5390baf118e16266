package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDurations(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"10 s":          10 * time.Second,
		"10s":           10 * time.Second,
		" 10  seconds ": 10 * time.Second,
		"1 min":         time.Minute,
		"1 m":           time.Minute,
		"500 ms":        500 * time.Millisecond,
		"500":           500 * time.Millisecond,
		"0":             0,
		"2 H":           2 * time.Hour,
		"1 d":           24 * time.Hour,
		"5 µs":          5 * time.Microsecond,
		"7 nanos":       7,
		"1m30s":         90 * time.Second,
		"1.5s":          1500 * time.Millisecond,
	} {
		t.Run(value, func(t *testing.T) {
			got, err := parseDuration(value)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
	for _, value := range []string{"", "s", "ten s", "10 parsecs", "1.5", "-1s", "-5", "9223372036854775807 s", "99999999999999999999"} {
		t.Run("not "+value, func(t *testing.T) {
			_, err := parseDuration(value)
			require.Error(t, err)
		})
	}
}

// What both grammars can read, both read alike: nobody has to know which one is at work.
func TestDurationGrammarsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[0-9]{1,6}(h|m|s|ms|us|µs|ns)`).Draw(t, "value")
		std, err := time.ParseDuration(value)
		require.NoError(t, err)
		got, err := parseDuration(value)
		require.NoError(t, err)
		require.Equal(t, std, got)
	})
}

func TestSizes(t *testing.T) {
	for value, want := range map[string]int{
		"20 kb": 20 * 1024, "20kb": 20 * 1024, "20 KiB": 20 * 1024, "1 mb": 1 << 20, "2 g": 2 << 30, "17": 17, "3 bytes": 3, "0 b": 0,
	} {
		t.Run(value, func(t *testing.T) {
			got, err := parseSize(value)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
	for _, value := range []string{"", "kb", "1.5 kb", "-1", "1 pound", "9223372036854775807 kb"} {
		t.Run("not "+value, func(t *testing.T) {
			_, err := parseSize(value)
			require.Error(t, err)
		})
	}
}

func TestFormattedValuesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Min(0).Draw(t, "duration"))
		gotDuration, err := parseDuration(formatDuration(d))
		require.NoError(t, err)
		require.Equal(t, d, gotDuration)

		n := rapid.IntMin(0).Draw(t, "size")
		gotSize, err := parseSize(formatSize(n))
		require.NoError(t, err)
		require.Equal(t, n, gotSize)
	})
}
