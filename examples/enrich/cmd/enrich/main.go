// Enrich adds up the sales of each category. It asks a service for the product of each order; here that is a part of the same program,
// with a few products:
//
//	enrich run -D execution.checkpointing.dir=checkpoints --totals totals --unknown unknown orders.jsonl
//
// An order is a line such as {"id":1,"product":"tea","pieces":2}.
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"github.com/streamgen/streamgen/examples/enrich"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

func main() {
	totals := flag.String("totals", "totals", "folder of the running totals")
	unknown := flag.String("unknown", "unknown", "folder of the orders of unknown products")
	service := flag.String("service", "", "address of the service of products; without it this program is one")
	capacity := flag.Int("capacity", 0, "how many orders wait for the service at a time")
	runtime.Main(func() runtime.Pipeline {
		if *service == "" {
			*service = serve()
		}
		return &enrich.Enrich{
			Orders:  file.JSON[enrich.Order](flag.Args()...),
			LookUp:  enrich.LookUp{Service: *service, Calls: async.Unordered{Capacity: *capacity}},
			Totals:  file.JSONL[enrich.Total](*totals),
			Unknown: file.JSONL[runtime.Failed[enrich.Order]](*unknown),
		}
	})
}

// serve makes this program the service. It returns its address.
func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	products := enrich.Products{
		"tea": {Category: "drinks", Cents: 350}, "coffee": {Category: "drinks", Cents: 420}, "rice": {Category: "food", Cents: 180},
	}
	go func() { log.Print(http.Serve(listener, products)) }()
	return "http://" + listener.Addr().String()
}
