package serde_test

import (
	"bytes"
	"io"
	"strconv"
	"testing"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

// FuzzParser drives a parser over any input by any program, a byte an operation.
func FuzzParser(f *testing.F) {
	v := anOrder()
	f.Add([]byte("\x12\x00\x05\x05\x08\x0c\x01\x00\x0e"), appendOrder(nil, &v))
	f.Add([]byte("\x10\x10\x10\x10"), []byte("\xdd\xff\xff\xff\xff\xdc\xff\xff\xde\xff\xff"))
	f.Add([]byte("\x0d\x0e\x0f\x11\x13"), []byte("\xa3abc\xc4\x01x\xd6\xff\x00\x00\x00\x00\x82\xc0\xc0\xc0\xc0\xc1"))
	f.Fuzz(func(t *testing.T, program, input []byte) {
		allocated := 0 // by strings, bytes and what Cap grants
		fixed := make([]byte, 4)
		operations := []func(p *serde.Parser){
			func(p *serde.Parser) { p.Int() },
			func(p *serde.Parser) { p.Bool() },
			func(p *serde.Parser) { p.Int8() },
			func(p *serde.Parser) { p.Int16() },
			func(p *serde.Parser) { p.Int32() },
			func(p *serde.Parser) { allocated += len(p.String()) },
			func(p *serde.Parser) { p.Uint() },
			func(p *serde.Parser) { p.Uint8() },
			func(p *serde.Parser) { p.Uint16() },
			func(p *serde.Parser) { p.Uint32() },
			func(p *serde.Parser) { p.NativeInt() },
			func(p *serde.Parser) { p.NativeUint() },
			func(p *serde.Parser) { p.Float64() },
			func(p *serde.Parser) { p.Float32() },
			func(p *serde.Parser) { allocated += len(p.Bytes()) },
			func(p *serde.Parser) { p.BytesInto(fixed) },
			func(p *serde.Parser) { allocated += 24 * p.Cap(p.Array(), 24) },
			func(p *serde.Parser) { allocated += 40 * p.Cap(p.Map(), 40) },
			func(p *serde.Parser) { p.ArrayOf(8) },
			func(p *serde.Parser) { p.Time() },
			func(p *serde.Parser) { p.Nil() },
			func(p *serde.Parser) { p.Skip() },
		}
		original := bytes.Clone(input)
		p := serde.NewParser(input)
		for _, op := range program {
			before, failed := p.Offset(), p.Err()
			operations[int(op)%len(operations)](&p)
			switch {
			case failed != nil:
				require.Equal(t, before, p.Offset(), "moved after an error")
				require.Same(t, failed, p.Err(), "another error than the first")
			case p.Err() != nil:
				require.GreaterOrEqual(t, p.Offset(), before)
				require.Zero(t, p.Len())
			default:
				require.GreaterOrEqual(t, p.Offset(), before)
				require.Equal(t, len(input), p.Offset()+p.Len())
			}
		}
		require.LessOrEqual(t, allocated, 9*len(input)+4096)
		require.Equal(t, original, input, "the input was changed")
	})
}

// FuzzSkip compares Skip with vmihailenco's, where the latter is able to: it recurses,
// and on machines of 32 bits it takes the longest lengths for negative ones.
func FuzzSkip(f *testing.F) {
	v := anOrder()
	f.Add(appendOrder(nil, &v))
	f.Add([]byte("\x82\x01\x92\xc0\xc3\xa1x\xd4\x05\x00"))
	f.Add([]byte("\xdd\xff\xff\xff\xff\xc0"))
	f.Add([]byte("\xc9\xff\xff\xff\xff\x01"))
	f.Add([]byte("\xdf\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, input []byte) {
		p := serde.NewParser(input)
		p.Skip()
		if len(input) > 1<<16 || strconv.IntSize == 32 {
			return
		}
		rest := bytes.NewReader(input)
		err := msgpack.NewDecoder(rest).Skip()
		require.Equal(t, err == nil, p.Err() == nil, "%v and %v", err, p.Err())
		if err == nil {
			require.Equal(t, rest.Len(), p.Len())
			return
		}
		var parseError *serde.ParseError
		require.ErrorAs(t, p.Err(), &parseError)
		if parseError.Err != nil {
			require.ErrorIs(t, p.Err(), io.ErrUnexpectedEOF)
		}
	})
}
