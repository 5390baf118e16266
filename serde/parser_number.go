package serde

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Int reads an integer in any of msgpack's formats; above the range of int64 it
// stops the parser.
func (p *Parser) Int() int64 {
	if i := p.off; i < len(p.b) && int8(p.b[i]) >= fixIntMin {
		p.off++
		return int64(int8(p.b[i]))
	}
	return p.longInt()
}

func (p *Parser) longInt() int64 {
	at := p.off
	v, negative := p.integer("an int64")
	if v > math.MaxInt64 && !negative {
		p.mismatch(at, "an int64", fmt.Sprint(v))
		return 0
	}
	return int64(v)
}

// Uint reads an integer in any of msgpack's formats; a negative one stops the
// parser.
func (p *Parser) Uint() uint64 {
	if i := p.off; i < len(p.b) && p.b[i] <= fixIntMax {
		p.off++
		return uint64(p.b[i])
	}
	return p.longUint()
}

func (p *Parser) longUint() uint64 {
	at := p.off
	v, negative := p.integer("a uint64")
	if negative {
		p.mismatch(at, "a uint64", fmt.Sprint(int64(v)))
		return 0
	}
	return v
}

// integer reads an integer of any format. A negative one comes in two's complement.
func (p *Parser) integer(expected string) (v uint64, negative bool) {
	if p.off >= len(p.b) {
		p.unexpected(expected)
		return 0, false
	}
	c := p.b[p.off]
	if c <= fixIntMax || c >= codeFixNeg {
		p.off++
		return uint64(int8(c)), c >= codeFixNeg
	}
	if c < codeUint8 || c > codeInt64 {
		p.unexpected(expected)
		return 0, false
	}
	// Both series of codes, unsigned and signed, go up by powers of two from one byte.
	body, ok := p.body(1, 1<<(c&3), expected)
	if !ok {
		return 0, false
	}
	switch c {
	case codeUint8:
		return uint64(body[0]), false
	case codeUint16:
		return uint64(binary.BigEndian.Uint16(body)), false
	case codeUint32:
		return uint64(binary.BigEndian.Uint32(body)), false
	case codeUint64:
		return binary.BigEndian.Uint64(body), false
	case codeInt8:
		v = uint64(int8(body[0]))
	case codeInt16:
		v = uint64(int16(binary.BigEndian.Uint16(body)))
	case codeInt32:
		v = uint64(int32(binary.BigEndian.Uint32(body)))
	case codeInt64:
		v = binary.BigEndian.Uint64(body)
	}
	return v, int64(v) < 0
}

// Int8 reads an integer that fits an int8, in any format.
func (p *Parser) Int8() int8 { return int8(p.intOf(8)) }

// Int16 reads an integer that fits an int16, in any format.
func (p *Parser) Int16() int16 { return int16(p.intOf(16)) }

// Int32 reads an integer that fits an int32, in any format.
func (p *Parser) Int32() int32 { return int32(p.intOf(32)) }

// NativeInt reads an integer that fits an int, whose size is the machine's.
func (p *Parser) NativeInt() int { return int(p.intOf(intBits)) }

// intBits is the size of an int and of a uint on this machine.
const intBits = 32 << (^uint(0) >> 63)

// intOf reads an integer that fits bits.
func (p *Parser) intOf(bits int) int64 {
	at := p.off
	v := p.Int()
	if unused := 64 - bits; v<<unused>>unused != v {
		p.mismatch(at, fmt.Sprintf("an int of %d bits", bits), fmt.Sprint(v))
		return 0
	}
	return v
}

// Uint8 reads an integer that fits a uint8, in any format.
func (p *Parser) Uint8() uint8 { return uint8(p.uintOf(8)) }

// Uint16 reads an integer that fits a uint16, in any format.
func (p *Parser) Uint16() uint16 { return uint16(p.uintOf(16)) }

// Uint32 reads an integer that fits a uint32, in any format.
func (p *Parser) Uint32() uint32 { return uint32(p.uintOf(32)) }

// NativeUint reads an integer that fits a uint, whose size is the machine's.
func (p *Parser) NativeUint() uint { return uint(p.uintOf(intBits)) }

// uintOf reads an integer that fits bits, without a sign.
func (p *Parser) uintOf(bits int) uint64 {
	at := p.off
	v := p.Uint()
	if unused := 64 - bits; v<<unused>>unused != v {
		p.mismatch(at, fmt.Sprintf("a uint of %d bits", bits), fmt.Sprint(v))
		return 0
	}
	return v
}

// Float32 reads a float32. It takes no float64, which it might round.
func (p *Parser) Float32() float32 {
	const expected = "a float32"
	if p.off >= len(p.b) || p.b[p.off] != codeFloat32 {
		p.unexpected(expected)
		return 0
	}
	body, ok := p.body(1, 4, expected)
	if !ok {
		return 0
	}
	return math.Float32frombits(binary.BigEndian.Uint32(body))
}

// Float64 reads a float64 or, since that loses nothing, a float32.
func (p *Parser) Float64() float64 {
	const expected = "a float64"
	if p.off >= len(p.b) || p.b[p.off] != codeFloat64 {
		return p.widenedFloat(expected)
	}
	body, ok := p.body(1, 8, expected)
	if !ok {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(body))
}

func (p *Parser) widenedFloat(expected string) float64 {
	if p.off >= len(p.b) || p.b[p.off] != codeFloat32 {
		p.unexpected(expected)
		return 0
	}
	return float64(p.Float32())
}
