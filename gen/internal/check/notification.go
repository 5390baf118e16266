package check

import (
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// The methods that hear what has become of a checkpoint.
const (
	completed = "CheckpointComplete"
	aborted   = "CheckpointAborted"
)

// notification reads one of them.
func (s *shaper) notification(fn *types.Func) *model.Method {
	if fn == nil {
		return nil
	}
	m := &model.Method{Func: fn}
	rest, ok := s.common(m, false)
	if !ok {
		return nil
	}
	results := fn.Signature().Results()
	m.Fails = results.Len() == 1 && isError(results.At(0).Type())
	if len(rest) != 1 || !types.Identical(rest[0].Type(), types.Typ[types.Int64]) || results.Len() > 0 && !m.Fails {
		s.fail(fn.Pos(), s.methodName(fn)+" has another form than streamgen calls",
			"write it as "+fn.Name()+"(ctx runtime.Context, id int64) error, of which context and error may be missing; id is the number of the checkpoint")
		return nil
	}
	return m
}
