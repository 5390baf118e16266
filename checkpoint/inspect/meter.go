package inspect

// meter counts what was read.
type meter struct {
	progress    Progress
	read, total int64
}

// add counts n more bytes.
func (m *meter) add(n int64) error { return m.at(m.read + n) }

// at says how many bytes were read by now.
func (m *meter) at(read int64) error {
	m.read = read
	if m.progress == nil {
		return nil
	}
	return m.progress(min(read, m.total), m.total)
}

// addPieces makes room for all the bytes of pieces.
func (m *meter) addPieces(pieces []piece) {
	for _, p := range pieces {
		m.total += p.stored
	}
}
