package serde

import "github.com/vmihailenco/msgpack/v5"

// Encode writes v to e as appendT does. It is the body of a generated EncodeMsgpack,
// which lets vmihailenco/msgpack encode the type wherever it meets it; the options
// of e have no say in the format. It returns the [EncodeError] that appendT panics with.
func Encode[T any](e *msgpack.Encoder, v *T, appendT func([]byte, *T) []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(*EncodeError)
			if !ok {
				panic(r)
			}
			err = failure
		}
	}()
	w := e.Writer()
	var b []byte
	// A bytes.Buffer, which Marshal uses, and a bufio.Writer lend their free space.
	if lender, ok := w.(interface{ AvailableBuffer() []byte }); ok {
		b = lender.AvailableBuffer()
	}
	_, err = w.Write(appendT(b, v))
	return err
}

// Decode reads the next value of d into v as parseT does. It is the body of a
// generated DecodeMsgpack. After an error v holds what was read before it.
//
// The Decoder finds the end of the value by recursion, so that some megabytes of
// nested arrays overflow the stack, which no program survives. Input from strangers
// goes to a [Parser] directly.
func Decode[T any](d *msgpack.Decoder, v *T, parseT func(*Parser, *T)) error {
	raw, err := d.DecodeRaw()
	if err != nil {
		return err
	}
	p := NewParser(raw)
	parseT(&p, v)
	return p.Done()
}
