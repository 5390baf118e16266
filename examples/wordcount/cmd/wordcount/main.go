// Wordcount counts the words of files and survives whatever happens to it meanwhile:
//
//	wordcount run -D execution.checkpointing.dir=checkpoints --output totals 'docs/**/*.md'
//
// Every occurrence of a word commits one line with its running total. Started again with the same folder of checkpoints it goes on.
package main

import (
	"flag"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

func main() {
	output := flag.String("output", "totals", "folder of the totals")
	runtime.Main(func() runtime.Pipeline {
		return &wordcount.WordCount{
			Lines:  file.Lines(flag.Args()...),
			Totals: file.JSONL[wordcount.Total](*output),
		}
	})
}
