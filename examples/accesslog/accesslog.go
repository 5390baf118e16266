// Package accesslog adds up what hosts ask of a web server, from its access logs.
package accesslog

//go:generate go tool streamgen

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"

	"github.com/streamgen/streamgen/runtime"
)

// Request is one line of the log.
type Request struct {
	Host   string
	Method string
	Path   string
	Status int
	Bytes  int64
}

// Parse reads lines of the common log format:
//
//	192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326
//
//streamgen:operator
type Parse struct {
	// Strict makes a malformed line an error that ends the job.
	Strict bool

	line *regexp.Regexp
}

// Open compiles the pattern once per subtask.
func (p *Parse) Open() (err error) {
	p.line, err = regexp.Compile(`^(\S+) \S+ \S+ \[[^\]]*\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-)`)
	return err
}

// ErrMalformed is what Parse returns for a line that is no request, if it is strict.
var ErrMalformed = errors.New("not in the common log format")

// Process emits the request of line.
func (p *Parse) Process(ctx runtime.Context, line string, out *runtime.Out[Request], malformed *runtime.Out[string]) error {
	m := p.line.FindStringSubmatch(line)
	if m == nil {
		if p.Strict {
			return fmt.Errorf("%q: %w", line, ErrMalformed)
		}
		ctx.Logger().Debug("malformed line", "line", line)
		malformed.Emit(line)
		return nil
	}
	status, _ := strconv.Atoi(m[4])
	size, _ := strconv.ParseInt(m[5], 10, 64) // "-" is 0
	out.Emit(Request{Host: m[1], Method: m[2], Path: m[3], Status: status, Bytes: size})
	return nil
}

// Close lets go of the pattern.
func (p *Parse) Close() error {
	p.line = nil
	return nil
}

// Reads lets through what does not change anything on the server.
//
//streamgen:operator
type Reads struct{}

// Filter reports whether r is a GET or a HEAD.
func (Reads) Filter(r Request) bool { return r.Method == "GET" || r.Method == "HEAD" }

// Anonymise hides which machine of a network asked.
//
//streamgen:operator
type Anonymise struct {
	// Bits is how much of an IPv4 address is kept, 24 for example; of an IPv6 address it is twice as much.
	Bits int
}

// Map replaces an address by that of its network. Names stay.
func (a Anonymise) Map(r Request) Request {
	address, err := netip.ParseAddr(r.Host)
	if err != nil {
		return r
	}
	bits := a.Bits
	if address.Is6() {
		bits *= 2
	}
	if network, err := address.Prefix(bits); err == nil {
		r.Host = network.String()
	}
	return r
}

// Tally adds up requests per host and class of status.
//
//streamgen:operator
type Tally struct{}

// Who is the key of Tally.
type Who struct {
	Host  string `json:"host"`
	Class uint8  `json:"class"`
}

// TallyState is what Tally remembers of one Who.
type TallyState struct {
	Requests, Bytes int64
}

// Usage is what a Who has asked for so far.
type Usage struct {
	Who
	Requests int64 `json:"requests"`
	Bytes    int64 `json:"bytes"`
}

// Key is the host with the first digit of the status.
func (Tally) Key(r *Request) Who { return Who{Host: r.Host, Class: uint8(r.Status / 100)} }

// Process adds r.
func (Tally) Process(who Who, r *Request, s *TallyState, out *runtime.Out[Usage]) {
	s.Requests++
	s.Bytes += r.Bytes
	out.Emit(Usage{Who: who, Requests: s.Requests, Bytes: s.Bytes})
}

// AccessLog reports usage by host and class of status, and sets aside the lines that are no requests.
//
//streamgen:pipeline
type AccessLog struct {
	Lines     runtime.Source[string]
	Parse     Parse                `from:"Lines"`
	Reads     Reads                `from:"Parse"`
	Anonymise Anonymise            `from:"Reads"`
	Tally     Tally                `from:"Anonymise"`
	Usage     runtime.Sink[Usage]  `from:"Tally"`
	Malformed runtime.Sink[string] `from:"Parse.malformed" uid:"malformed-lines" edge:"rescale" parallelism:"1"`
}
