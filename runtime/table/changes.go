package table

// Changes are the entries of a key group that have changed.
type Changes struct {
	// Changed holds entries, and Removed keys of which there is none any more.
	Changed, Removed []byte
	// Entries and Keys are their numbers.
	Entries, Keys int
}

// worth is how many entries there must be for each that has changed.
const worth = 5

// AppendChanges adds to c, in place of what it held, what has changed in a key group since an epoch that Advance returned, and that the table was not
// told to Cover. It returns how many entries the group has, about, and false if all of it is to be written: so much has changed that changes do not pay, or it is not
// known which keys were dropped.
func (t *Table[K, S]) AppendChanges(c *Changes, keyGroup int, since uint64) (count int, pays bool) {
	g := &t.groups[keyGroup-t.first]
	c.Changed, c.Removed, c.Entries, c.Keys = c.Changed[:0], c.Removed[:0], 0, 0
	if since < g.forgot {
		return g.count, false
	}
	for i := range g.slots {
		s := &g.slots[i]
		if s.changed <= since {
			continue
		}
		if (c.Entries+c.Keys+1)*worth > g.count {
			return g.count, false
		}
		if t.codec.IsZero(&s.state) {
			c.Removed = t.codec.AppendKey(c.Removed, s.key)
			c.Keys++
			continue
		}
		c.Changed = t.codec.AppendState(t.codec.AppendKey(c.Changed, s.key), &s.state)
		c.Entries++
	}
	return g.count, true
}
