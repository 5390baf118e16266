package random

// Value is what a record says, whatever its type.
type Value struct {
	ID, Key int64
	Tag     string
}

// Mix makes one number of two.
func Mix(a, b int64) int64 {
	x := uint64(a)*0x9e3779b97f4a7c15 + uint64(b)*0xbf58476d1ce4e5b9 + 1
	x ^= x >> 29
	x *= 0x94d049bb133111eb
	x ^= x >> 32
	return int64(x >> 2)
}

// Nth is the value that a source gives at index i.
func Nth(seed, i int64) Value { return of(Mix(seed, i)) }

func of(id int64) Value {
	return Value{ID: id, Key: id / 64 % 23, Tag: "tag " + string(rune('a'+id%7))}
}

// Keep says what a filter does.
func Keep(seed int64, v Value) bool { return Mix(seed, v.ID)%4 != 0 }

// Refuse says whether an operator fails for a record.
func Refuse(seed int64, v Value) bool { return Mix(seed^11, v.ID)%6 == 0 }

// Failed is what a record says for which an operator failed.
func Failed(v Value, operator, err string) Value {
	return Value{v.ID, v.Key, v.Tag + " in " + operator + ": " + err}
}

// When is the event time of a record, in milliseconds.
func When(v Value) int64 { return v.ID % 1_000_000 }

// End is a time behind those of all records: no watermark but the last is there.
func End(v Value) int64 { return 1<<50 + v.ID%3 }

// Ended is what an operator emits when a time has come for a key.
func Ended(seed, key, at int64, output int) Value {
	return of(Mix(Mix(seed, key), at<<8|int64(output)))
}

// Many is how many records an operator emits to an output.
func Many(seed int64, v Value, output int) int {
	return []int{0, 1, 1, 1, 2}[Mix(seed^int64(output), v.ID)%5]
}

// Derive is what a record becomes.
func Derive(seed int64, v Value, output, i int) Value {
	id := Mix(Mix(seed, v.ID), int64(output)<<8|int64(i))
	return Value{ID: id, Key: v.Key/2 + int64(i), Tag: of(id).Tag}
}

// Counted is what an operator emits at the nth record of a key. It must not say which record that was: records of several subtasks come
// in any order.
func Counted(seed, key, n int64, output int) Value {
	return Value{ID: Mix(Mix(seed, key), n<<8|int64(output)), Key: key + n%3, Tag: of(n).Tag}
}

// Last is what a subtask emits when its input ends.
func Last(seed int64, subtask, output int) Value {
	return of(Mix(seed, int64(subtask)<<8|int64(output)))
}
