package main
import ("context";"os";"fmt";"time";"runtime/pprof";"log/slog";"syscall"
"github.com/streamgen/streamgen/generated_test/bench"
"github.com/streamgen/streamgen/runtime"
"github.com/streamgen/streamgen/runtime/connector/function")
func cpu() float64 { var r syscall.Rusage; syscall.Getrusage(0,&r); return float64(r.Utime.Nano()+r.Stime.Nano()) }
func main() {
	slog.SetLogLoggerLevel(slog.LevelError)
	f,_ := os.Create("/tmp/prof/cpu.out"); pprof.StartCPUProfile(f); defer pprof.StopCPUProfile()
	n := int64(100e6)
	var sum int64
	t := time.Now(); c := cpu()
	var p runtime.Pipeline
	par := 1
	src := function.Source(n, func(i int64) bench.Bid { return bench.MakeBid(i, 1000) })
	tot := function.Sink(func(b []bench.Total) error { return nil })
	switch os.Args[1] {
	case "stateless": p = &bench.Stateless{Bids: src, Sums: function.Sink(func(b []bench.Bid) error { for i := range b { sum += b[i].Price }; return nil })}
	case "keyed": p = &bench.Keyed{Bids: src, Totals: tot}
	case "exchange": p = &bench.Exchange{Bids: src, Totals: tot}; par = 2
	}
	if err := runtime.Run(context.Background(), p, runtime.WithParallelism(par)); err != nil { panic(err) }
	fmt.Printf("%s wall %.2f cpu %.2f\n", os.Args[1], float64(time.Since(t).Nanoseconds())/float64(n), (cpu()-c)/float64(n))
	t = time.Now(); c = cpu()
	switch os.Args[1] {
	case "stateless": bench.PlainStateless(n, 1000)
	case "keyed": bench.PlainKeyed(n, 1000)
	case "exchange": bench.PlainExchange(n, 1000, 2, 2)
	}
	fmt.Printf("plain wall %.2f cpu %.2f\n", float64(time.Since(t).Nanoseconds())/float64(n), (cpu()-c)/float64(n))
}
