package file

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// csvField is a field that a column goes to.
type csvField struct {
	name   string
	tagged bool
	index  []int
	set    func(v reflect.Value, text string) error
}

// csvFieldsOf prepares the fields of T.
func csvFieldsOf[T any]() ([]csvField, error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct: its fields are what columns go to", t)
	}
	var fields []csvField
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("csv")
		if !f.IsExported() || tag == "-" || f.Anonymous && !tagged {
			continue
		}
		set, err := setterOf(f.Type)
		if err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", f.Name, t, err)
		}
		if err := noPointerAbove(t, f.Index); err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", f.Name, t, err)
		}
		name := f.Name
		if tag != "" {
			name = tag
		}
		fields = append(fields, csvField{name: name, tagged: tag != "", index: f.Index, set: set})
	}
	return fields, nil
}

// noPointerAbove refuses a field of an embedded pointer, which is nil.
func noPointerAbove(t reflect.Type, index []int) error {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return fmt.Errorf("it is in the embedded pointer %s: embed the struct itself", t)
		}
	}
	return nil
}

// columnsOf matches columns and fields.
func columnsOf(fields []csvField, header []string) ([]*csvField, error) {
	columns := make([]*csvField, len(header))
	for i := range fields {
		f := &fields[i]
		found := -1
		for c, name := range header {
			if name != f.name && (f.tagged || !strings.EqualFold(name, f.name)) {
				continue
			}
			if found >= 0 {
				return nil, fmt.Errorf("columns %d and %d are both %q", found+1, c+1, f.name)
			}
			found = c
		}
		if found < 0 {
			return nil, fmt.Errorf("no column %q, only %q: rename the field by a tag, or exclude it by csv:\"-\"", f.name, header)
		}
		if other := columns[found]; other != nil {
			return nil, fmt.Errorf("column %q fits two fields: tag them", header[found])
		}
		columns[found] = f
	}
	return columns, nil
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// setterOf returns how a text becomes a value of a type.
func setterOf(t reflect.Type) (func(reflect.Value, string) error, error) {
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return func(v reflect.Value, text string) error {
			return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
		}, nil
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value, text string) error {
			v.SetString(text)
			return nil
		}, nil
	case reflect.Bool:
		return func(v reflect.Value, text string) error {
			b, err := strconv.ParseBool(text)
			v.SetBool(b)
			return err
		}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value, text string) error {
			i, err := strconv.ParseInt(text, 10, t.Bits())
			v.SetInt(i)
			return err
		}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value, text string) error {
			u, err := strconv.ParseUint(text, 10, t.Bits())
			v.SetUint(u)
			return err
		}, nil
	case reflect.Float32, reflect.Float64:
		return func(v reflect.Value, text string) error {
			f, err := strconv.ParseFloat(text, t.Bits())
			v.SetFloat(f)
			return err
		}, nil
	case reflect.Pointer:
		set, err := setterOf(t.Elem())
		return func(v reflect.Value, text string) error {
			if text == "" {
				return nil
			}
			v.Set(reflect.New(t.Elem()))
			return set(v.Elem(), text)
		}, err
	}
	return nil, fmt.Errorf("a column cannot become a %s: give it the method UnmarshalText, or exclude it by csv:\"-\"", t)
}
