// Package bench holds the pipelines that make bench holds against plain Go, and that plain Go.
package bench

import (
	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Bid is a record: an offer for an auction.
type Bid struct {
	Auction, Bidder, Price int64
	At                     runtime.Time
}

// MakeBid is the i-th bid of a stream with that many auctions: the same at every call.
func MakeBid(i int64, auctions uint64) Bid {
	x := uint64(i)*0x9e3779b97f4a7c15 + 0x1234567
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 32
	return Bid{Auction: int64(x % auctions), Bidder: int64(x >> 40), Price: int64(x>>20) & 0xffff, At: runtime.Time(i)}
}

// Euro converts the price.
//
//streamgen:operator
type Euro struct{}

// Map returns bid with its price in euros.
func (Euro) Map(bid Bid) Bid {
	bid.Price = bid.Price * 908 / 1000
	return bid
}

// Hot passes what is bid for one auction in three.
//
//streamgen:operator
type Hot struct{}

// Filter tells whether bid is for such an auction.
func (Hot) Filter(bid Bid) bool { return bid.Auction%3 == 0 }

// Stateless converts and filters bids.
//
//streamgen:pipeline
type Stateless struct {
	Bids runtime.Source[Bid]
	Euro Euro              `from:"Bids"`
	Hot  Hot               `from:"Euro"`
	Sums runtime.Sink[Bid] `from:"Hot"`
}

// Count counts the bids of each auction and adds up their prices.
//
//streamgen:operator
type Count struct{}

// CountState is what Count remembers of an auction.
type CountState struct{ Bids, Price int64 }

// Key is the auction.
func (Count) Key(bid Bid) int64 { return bid.Auction }

// Process counts a bid.
func (Count) Process(bid Bid, s *CountState, out *runtime.Out[Total]) {
	s.Bids++
	s.Price += bid.Price
	if s.Bids%1024 == 0 {
		out.Emit(Total{Auction: bid.Auction, Bids: s.Bids})
	}
}

// Total is how many bids an auction has, now and then.
type Total struct{ Auction, Bids int64 }

// Keyed counts bids by auction.
//
//streamgen:pipeline
type Keyed struct {
	Bids   runtime.Source[Bid]
	Count  Count               `from:"Bids"`
	Totals runtime.Sink[Total] `from:"Count"`
}

// Sum adds up prices without a state: what an exchange costs shows best if there is little else.
//
//streamgen:operator
type Sum struct{}

// Key is the auction.
func (Sum) Key(bid Bid) int64 { return bid.Auction }

// Process passes one bid in 1024 on.
func (Sum) Process(bid Bid, out *runtime.Out[Total]) {
	if bid.Price&1023 == 0 {
		out.Emit(Total{Auction: bid.Auction, Bids: bid.Price})
	}
}

// Exchange sends bids from every subtask to every other.
//
//streamgen:pipeline
type Exchange struct {
	Bids   runtime.Source[Bid]
	Sum    Sum                 `from:"Bids"`
	Totals runtime.Sink[Total] `from:"Sum"`
}

// Pass passes bids on, those of an auction through one subtask.
//
//streamgen:operator
type Pass struct{}

// Key is the auction.
func (Pass) Key(bid Bid) int64 { return bid.Auction }

// Process passes a bid on.
func (Pass) Process(bid Bid, out *runtime.Out[Bid]) { out.Emit(bid) }

// Passing sends bids from every subtask to every other, and all of them to a sink. It has no state: what a checkpoint holds was in flight.
//
//streamgen:pipeline
type Passing struct {
	Bids runtime.Source[Bid]
	Pass Pass              `from:"Bids"`
	Slow runtime.Sink[Bid] `from:"Pass"`
}

// CountTwice counts the bids of each auction, one in eight a second time when it has gone round.
//
//streamgen:operator
type CountTwice struct{}

// KeyNew is the auction.
func (CountTwice) KeyNew(bid Bid) int64 { return bid.Auction }

// KeyAgain is the auction.
func (CountTwice) KeyAgain(bid Bid) int64 { return bid.Auction }

// ProcessNew counts a bid.
func (CountTwice) ProcessNew(bid Bid, s *CountState, out *runtime.Out[Total], again *runtime.Out[Bid]) {
	Count{}.Process(bid, s, out)
	if bid.Price&7 == 0 {
		again.Emit(bid)
	}
}

// ProcessAgain counts it again.
func (CountTwice) ProcessAgain(bid Bid, s *CountState, out *runtime.Out[Total]) {
	Count{}.Process(bid, s, out)
}

// Looping counts bids by auction, in a loop.
//
//streamgen:pipeline
type Looping struct {
	Bids   runtime.Source[Bid]
	Count  CountTwice          `from:"new=Bids" loop:"again=Count.again"`
	Totals runtime.Sink[Total] `from:"Count"`
}
