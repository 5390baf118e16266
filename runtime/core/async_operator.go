package core

import (
	"fmt"
	"time"

	"github.com/streamgen/streamgen/runtime/async"
)

// asyncOptions say how calls are run.
type asyncOptions struct {
	unordered bool
	capacity  int
	timeout   time.Duration
	err       error // what is wrong with them
}

// Async is an operator with Async. It keeps the order, with the defaults, unless its options say otherwise.
func Async(uid string, from ...string) Operator {
	return Transform(uid, from...).Ordered("", async.Ordered{})
}

// Ordered gives an operator with Async its options, which stand in its field of that name.
func (o Operator) Ordered(field string, options async.Ordered) Operator {
	return o.calling(false, field, async.Unordered(options))
}

// Unordered gives an operator with Async its options, which stand in its field of that name.
func (o Operator) Unordered(field string, options async.Unordered) Operator {
	return o.calling(true, field, options)
}

func (o Operator) calling(unordered bool, field string, options async.Unordered) Operator {
	err := options.Validate()
	if err != nil {
		err = fmt.Errorf("field %s: %w", field, err)
	}
	options = options.WithDefaults()
	o.async = &asyncOptions{unordered: unordered, capacity: options.Capacity, timeout: options.Timeout, err: err}
	return o
}
