package enrich

import (
	"encoding/json"
	"net/http"
)

// Products is a service that knows products by their names, as LookUp asks for them.
type Products map[string]Product

// ServeHTTP answers with the product that the path names.
func (p Products) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	product, ok := p[r.URL.Path[1:]]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(product) // who asked has gone
}
