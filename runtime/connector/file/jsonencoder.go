package file

import (
	"encoding/json"
	"reflect"
)

// jsonEncoder returns an encoder of JSON lines: a prepared one if T is plain, else one that calls encoding/json.
func jsonEncoder[T any]() encoder[T] {
	t := reflect.TypeFor[T]()
	if appendValue, ok := appenderOf(t, nil); ok {
		return plainEncoder[T](appendValue)
	}
	return anyEncoder[T]()
}

func plainEncoder[T any](appendValue appender) encoder[T] {
	return func(b []byte, records []T) ([]byte, int, error) {
		for i := range records {
			if len(b) > flushSize {
				return b, i, nil
			}
			var err error
			if b, err = appendValue(b, reflect.ValueOf(&records[i]).Elem()); err != nil {
				return b, i, err
			}
			b = append(b, '\n')
		}
		return b, len(records), nil
	}
}

func anyEncoder[T any]() encoder[T] {
	out := &appendWriter{}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return func(b []byte, records []T) ([]byte, int, error) {
		out.b = b
		for i := range records {
			if len(out.b) > flushSize {
				return out.b, i, nil
			}
			if err := e.Encode(&records[i]); err != nil { // by pointer: methods of *T count
				return out.b, i, err
			}
		}
		return out.b, len(records), nil
	}
}

// appendWriter collects what is written to it.
type appendWriter struct{ b []byte }

func (w *appendWriter) Write(b []byte) (int, error) {
	w.b = append(w.b, b...)
	return len(b), nil
}
