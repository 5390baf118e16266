package schema_test

import (
	"math/big"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// Fields with codecs of their own that the writer did not have are zero, those that it had are read; so are the forms that no other form
// of Go's has a name for.
func TestFieldsWithCodecsOfTheirOwn(t *testing.T) {
	address, number, own := netip.MustParseAddr("fe80::1%eth0"), big.NewInt(-1<<62), multi{1, "s"}
	written := serde.AppendArray(nil, 4)
	written = serde.AppendBinary(written, &address)
	written = serde.AppendArray(serde.AppendArray(written, 1), 1) // a pointer to a slice of one slice that is nil
	written = serde.AppendNil(written)
	written = serde.AppendComplex128(written, 1+2i)
	written = serde.AppendMsgpack(written, &own)

	writer, err := schema.Parse("{Address binary(net/netip.Addr), Deep *[1][][]string, Wave [2]float64, Own msgpack(example.com/a.Multi)}")
	require.NoError(t, err)
	reader, err := schema.Parse("{New text(math/big.Int), Own msgpack(example.com/a.Multi), Wave [2]float64, Other binary(net/netip.Addr), " +
		"Deep *[1][][]string, Address binary(net/netip.Addr), Third msgpack(example.com/a.Multi)}")
	require.NoError(t, err)
	plan, err := schema.Resolve(writer, reader)
	require.NoError(t, err)
	b, err := plan.Apply(nil, written)
	require.NoError(t, err)

	var gotAddress, gotOther netip.Addr
	gotOwn, gotThird := multi{}, multi{7, "before"}
	p := serde.NewParser(b)
	p.ArrayOf(7)
	serde.ParseText(&p, number)
	serde.ParseMsgpack(&p, &gotOwn)
	require.Equal(t, 1+2i, p.Complex128())
	serde.ParseBinary(&p, &gotOther)
	p.ArrayOf(1)
	p.ArrayOf(1)
	require.True(t, p.Nil())
	serde.ParseBinary(&p, &gotAddress)
	serde.ParseMsgpack(&p, &gotThird)
	require.NoError(t, p.Done())
	require.Zero(t, number.Sign())
	require.Equal(t, own, gotOwn)
	require.Equal(t, address, gotAddress)
	require.Equal(t, netip.Addr{}, gotOther)
	require.Equal(t, multi{}, gotThird)
}

// multi has a codec that writes two values.
type multi struct {
	n int
	s string
}

func (m multi) EncodeMsgpack(e *msgpack.Encoder) error  { return e.EncodeMulti(m.n, m.s) }
func (m *multi) DecodeMsgpack(d *msgpack.Decoder) error { return d.DecodeMulti(&m.n, &m.s) }
