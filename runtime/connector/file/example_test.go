package file_test

import (
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// A pipeline's fields take sources and sinks as they are, with or without options.
func Example() {
	type trade struct{ Symbol string }
	_ = struct {
		Lines  runtime.Source[string]
		Orders runtime.Source[trade]
		Trades runtime.Source[trade]
		Out    runtime.Sink[trade]
	}{
		Lines:  file.Lines("logs/**/*.log").MaxLine(1 << 20).SplitSize(256 << 20),
		Orders: file.JSON[trade]("orders/*.jsonl"),
		Trades: file.CSV[trade]("trades.csv").Comma(';'),
		Out:    file.JSONL[trade]("totals"),
	}
}
