package runtime

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"
)

// logFlags are --log-level and --log-format.
type logFlags struct {
	level  string
	format string
}

func (f *logFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.level, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&f.format, "log-format", "text", "text or json")
}

// json is true if everything that is written is to be JSON.
func (f *logFlags) json() bool { return f.format == "json" }

func (f *logFlags) logger(out io.Writer) (*slog.Logger, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(f.level)]
	if !ok {
		return nil, usage(fmt.Errorf("--log-level is %q: want debug, info, warn or error", f.level))
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(out, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(out, options)), nil
	}
	return nil, usage(fmt.Errorf("--log-format is %q: want text or json", f.format))
}
