package state

import (
	"cmp"
	"reflect"
	"strings"
)

// compareKeys orders keys of any kind that a checkpoint can hold: strings, integers, bools, and arrays and structs of those.
func compareKeys[K comparable](a, b K) int {
	return compareValues(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem())
}

func compareValues(a, b reflect.Value) int {
	switch {
	case a.Kind() == reflect.String:
		return strings.Compare(a.String(), b.String())
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.Kind() == reflect.Bool:
		return cmp.Compare(truth(a), truth(b))
	case a.Kind() == reflect.Array:
		for i := range a.Len() {
			if c := compareValues(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			if c := compareValues(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
	}
	return 0 // of no kind that is kept: as they were put
}

func truth(v reflect.Value) int {
	if v.Bool() {
		return 1
	}
	return 0
}
