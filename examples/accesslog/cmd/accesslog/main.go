// Accesslog adds up what hosts ask of a web server:
//
//	accesslog run -D execution.checkpointing.dir=checkpoints --usage usage --malformed malformed '/var/log/apache2/access.log*'
//
// A line is one of the common log format, such as
// 192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326
package main

import (
	"flag"

	"github.com/streamgen/streamgen/examples/accesslog"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

func main() {
	usage := flag.String("usage", "usage", "folder of the running totals")
	malformed := flag.String("malformed", "malformed", "folder of the lines that are no requests")
	bits := flag.Int("bits", 24, "how many bits of an IPv4 address are kept")
	strict := flag.Bool("strict", false, "end at the first malformed line")
	runtime.Main(func() runtime.Pipeline {
		return &accesslog.AccessLog{
			Lines:     file.Lines(flag.Args()...),
			Parse:     accesslog.Parse{Strict: *strict},
			Anonymise: accesslog.Anonymise{Bits: *bits},
			Usage:     file.JSONL[accesslog.Usage](*usage),
			Malformed: file.WriteLines(*malformed),
		}
	})
}
