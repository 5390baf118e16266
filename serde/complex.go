package serde

// AppendComplex64 appends v as an array of its real and its imaginary part.
func AppendComplex64(b []byte, v complex64) []byte {
	return AppendFloat32(AppendFloat32(AppendArray(b, 2), real(v)), imag(v))
}

// AppendComplex128 appends v as an array of its real and its imaginary part.
func AppendComplex128(b []byte, v complex128) []byte {
	return AppendFloat64(AppendFloat64(AppendArray(b, 2), real(v)), imag(v))
}

// Complex64 reads an array of a real and an imaginary part.
func (p *Parser) Complex64() complex64 {
	p.ArrayOf(2)
	r := p.Float32()
	return complex(r, p.Float32())
}

// Complex128 reads an array of a real and an imaginary part.
func (p *Parser) Complex128() complex128 {
	p.ArrayOf(2)
	r := p.Float64()
	return complex(r, p.Float64())
}
