package bench

import "sync"

// PlainStateless is Stateless as a loop between the same two ends: a function that makes the bids, and one that takes what comes
// through, 256 at a time.
func PlainStateless(n int64, next func(i int64) Bid, write func(bids []Bid) error) error {
	batch := make([]Bid, 0, 256)
	for i := range n {
		bid := next(i)
		bid.Price = bid.Price * 908 / 1000
		if bid.Auction%3 != 0 {
			continue
		}
		batch = append(batch, bid)
		if len(batch) == cap(batch) {
			if err := write(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return write(batch)
}

// PlainKeyed is Keyed as a loop over a map. It returns how many totals come out.
func PlainKeyed(n int64, auctions uint64) int64 {
	states := map[int64]*CountState{}
	totals := int64(0)
	for i := range n {
		bid := MakeBid(i, auctions)
		s := states[bid.Auction]
		if s == nil {
			s = &CountState{}
			states[bid.Auction] = s
		}
		s.Bids++
		s.Price += bid.Price
		if s.Bids%1024 == 0 {
			totals++
		}
	}
	return totals
}

// PlainExchange is Exchange as goroutines: senders, each with a channel to every receiver, that carry batches of 256. It returns how
// many totals come out.
func PlainExchange(n int64, auctions uint64, senders, receivers int) int64 {
	const size = 256
	channels := make([]chan []Bid, receivers)
	for i := range channels {
		channels[i] = make(chan []Bid, 4*senders)
	}
	free := sync.Pool{New: func() any { b := make([]Bid, 0, size); return &b }}

	var sending, receiving sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			open := make([]*[]Bid, receivers)
			for i := range open {
				open[i] = free.Get().(*[]Bid)
			}
			for i := n * int64(s) / int64(senders); i < n*int64(s+1)/int64(senders); i++ {
				bid := MakeBid(i, auctions)
				to := uint64(bid.Auction) * 0x9e3779b97f4a7c15 >> 33 % uint64(receivers)
				b := open[to]
				*b = append(*b, bid)
				if len(*b) == size {
					channels[to] <- *b
					open[to] = free.Get().(*[]Bid)
				}
			}
			for to, b := range open {
				channels[to] <- *b
			}
		})
	}
	totals := make([]int64, receivers)
	for r := range receivers {
		receiving.Go(func() {
			count := int64(0)
			for batch := range channels[r] {
				for _, bid := range batch {
					if bid.Price&1023 == 0 {
						count++
					}
				}
				batch = batch[:0]
				free.Put(&batch)
			}
			totals[r] = count
		})
	}
	sending.Wait()
	for _, c := range channels {
		close(c)
	}
	receiving.Wait()
	sum := int64(0)
	for _, n := range totals {
		sum += n
	}
	return sum
}
