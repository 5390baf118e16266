package serde

import "fmt"

// MaxDepth is how deep values of a type that contains itself may be nested: a list of that many nodes, each in the one before. What is deeper
// is neither written nor read, so that no input overflows the stack, which no program survives, and a value that contains itself is
// found. It is counted for such types only.
const MaxDepth = 10_000

// Enter is called before a value of a type that contains itself is read, Leave behind it. Enter stops the parser below [MaxDepth].
func (p *Parser) Enter() {
	if p.depth++; p.depth > MaxDepth {
		p.Failf("nested deeper than %d values", MaxDepth)
	}
}

// Leave is called behind a value of a type that contains itself.
func (p *Parser) Leave() { p.depth-- }

// Deeper returns the depth of a value of type T, which contains itself, within one at depth. It panics with an [EncodeError] below [MaxDepth].
func Deeper[T any](depth int) int {
	if depth >= MaxDepth {
		tooDeep(new(T))
	}
	return depth + 1
}

func tooDeep(pointer any) {
	panic(&EncodeError{Type: typeOf(pointer), Err: fmt.Errorf("it contains itself, or is nested deeper than %d values", MaxDepth)})
}
