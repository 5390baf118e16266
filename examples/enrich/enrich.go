// Package enrich looks up the product of each order in a service, and adds up the sales of each category.
package enrich

//go:generate go tool streamgen

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
)

// Order is what a customer buys.
type Order struct {
	ID      int64  `json:"id"`
	Product string `json:"product"`
	Pieces  int64  `json:"pieces"`
}

// Product is what the service knows of one.
type Product struct {
	Category string `json:"category"`
	Cents    int64  `json:"cents"` // a piece
}

// Sale is an order with its product.
type Sale struct {
	Order
	Product Product
}

// LookUp asks the service for the product of each order, many at a time.
//
//streamgen:operator
type LookUp struct {
	// Service is where products are: the product p at Service/p, as JSON.
	Service string
	// Calls says how many orders may be waiting for the service, and how long.
	Calls async.Unordered

	client *http.Client
}

// Open makes the client, which all calls share.
func (l *LookUp) Open() { l.client = &http.Client{Transport: &http.Transport{}} }

// Async looks up the product of an order. An answer that is no product is an error, which goes to Unknown with the order.
func (l *LookUp) Async(ctx context.Context, o Order) (Sale, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Service+"/"+url.PathEscape(o.Product), nil)
	if err != nil {
		return Sale{}, err
	}
	response, err := l.client.Do(request)
	if err != nil {
		return Sale{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Sale{}, fmt.Errorf("product %s: %s", o.Product, response.Status)
	}
	sale := Sale{Order: o}
	if err := json.NewDecoder(response.Body).Decode(&sale.Product); err != nil {
		return Sale{}, fmt.Errorf("product %s: %w", o.Product, err)
	}
	return sale, nil
}

// Close ends the connections.
func (l *LookUp) Close() { l.client.CloseIdleConnections() }

// Total is what was sold of a category so far.
type Total struct {
	Category string `json:"category"`
	Orders   int64  `json:"orders"`
	Cents    int64  `json:"cents"`
}

// AddUp keeps the total of each category.
//
//streamgen:operator
type AddUp struct{}

// AddUpState is the total of one category.
type AddUpState struct{ Orders, Cents int64 }

// Key is the category.
func (AddUp) Key(s Sale) string { return s.Product.Category }

// Process emits the total after each sale.
func (AddUp) Process(category string, sale Sale, s *AddUpState, out *runtime.Out[Total]) {
	s.Orders++
	s.Cents += sale.Pieces * sale.Product.Cents
	out.Emit(Total{Category: category, Orders: s.Orders, Cents: s.Cents})
}

// Enrich adds up the sales of each category.
//
//streamgen:pipeline
type Enrich struct {
	Orders  runtime.Source[Order]
	LookUp  LookUp              `from:"Orders" errors:"Unknown"`
	AddUp   AddUp               `from:"LookUp"`
	Totals  runtime.Sink[Total] `from:"AddUp"`
	Unknown runtime.Sink[runtime.Failed[Order]]
}
