package enrich_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/streamgen/streamgen/examples/enrich"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// Each order is looked up and counted once. What the service does not know goes to Unknown, with what it said.
func TestEnrich(t *testing.T) {
	defer goleak.VerifyNone(t)
	service := httptest.NewServer(enrich.Products{"tea": {"drinks", 350}, "coffee": {"drinks", 420}, "rice": {"food", 180}})
	defer service.Close()
	const orders = 400
	products := []string{"tea", "coffee", "rice", "gold"}
	totals, unknown := collect.New[enrich.Total](), collect.New[runtime.Failed[enrich.Order]]()
	require.NoError(t, runtime.Run(t.Context(), &enrich.Enrich{
		Orders: function.Source(orders, func(i int64) enrich.Order {
			return enrich.Order{ID: i, Product: products[i%4], Pieces: 2}
		}),
		LookUp:  enrich.LookUp{Service: service.URL, Calls: async.Unordered{Capacity: 10}},
		Totals:  totals,
		Unknown: unknown,
	}, runtime.WithParallelism(2)))

	last := map[string]enrich.Total{}
	for _, total := range totals.Records() {
		require.Equal(t, last[total.Category].Orders+1, total.Orders, "an order was lost or counted twice")
		last[total.Category] = total
	}
	require.Equal(t, map[string]enrich.Total{
		"drinks": {Category: "drinks", Orders: orders / 2, Cents: orders / 4 * 2 * (350 + 420)},
		"food":   {Category: "food", Orders: orders / 4, Cents: orders / 4 * 2 * 180},
	}, last)
	require.Len(t, unknown.Records(), orders/4)
	for _, failed := range unknown.Records() {
		require.Equal(t, "gold", failed.Record.Product)
		require.Equal(t, "product gold: 404 Not Found", failed.Err)
	}
}

// A method is an ordinary method: it needs no job to be tested.
func TestLookUp(t *testing.T) {
	service := httptest.NewServer(enrich.Products{"a/b tea": {"drinks", 350}})
	defer service.Close()
	l := enrich.LookUp{Service: service.URL}
	l.Open()
	defer l.Close()
	sale, err := l.Async(t.Context(), enrich.Order{Product: "a/b tea", Pieces: 3})
	require.NoError(t, err)
	require.Equal(t, enrich.Product{Category: "drinks", Cents: 350}, sale.Product)
	_, err = l.Async(t.Context(), enrich.Order{Product: "gold"})
	require.EqualError(t, err, "product gold: 404 Not Found")
}
