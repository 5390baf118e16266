package gen

import (
	"context"

	"github.com/streamgen/streamgen/gen/internal/cache"
	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// Vet returns the mistakes for which Generate would leave packages as they are. It generates nothing.
func Vet(ctx context.Context, cfg Config) (Diagnostics, error) {
	packages, dir, err := cfg.load(ctx)
	if err != nil {
		return nil, err
	}
	remembered := cache.Open(cfg.Cache)
	found := make([]Diagnostics, len(packages))
	err = each(packages, func(i int, p *load.Package) error {
		if remembered.IsFresh(p.Identity) {
			return nil
		}
		check.Check(p, &found[i])
		return nil
	})
	return sorted(found, dir), err
}
