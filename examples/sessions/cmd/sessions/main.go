// Sessions groups clicks, one JSON object a line, into visits:
//
//	sessions run -D execution.checkpointing.dir=checkpoints --visits visits 'clicks/*.jsonl'
//
// A click is a line such as {"user":"ada","at":1767323045000}: at is in milliseconds since 1970.
package main

import (
	"flag"
	"time"

	"github.com/streamgen/streamgen/examples/sessions"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

func main() {
	visits := flag.String("visits", "visits", "folder of the visits")
	gap := flag.Duration("gap", 30*time.Minute, "how long a user does nothing before a visit is over")
	runtime.Main(func() runtime.Pipeline {
		return &sessions.Sessions{
			Clicks:     file.JSON[sessions.Click](flag.Args()...),
			Sessionize: sessions.Sessionize{Gap: *gap},
			Visits:     file.JSONL[sessions.Visit](*visits),
		}
	})
}
