package checkpoint_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

// Whoever adds a field to a manifest must add it to its file form, with a version: here every field that there is has to come back.
func TestManifestHasEveryField(t *testing.T) {
	var m checkpoint.Manifest
	fill(t, reflect.ValueOf(&m).Elem())
	m.Checkpoint.Subtasks[0].Index = 0
	data := &m.Checkpoint.Subtasks[0].Data
	inline := data.Inline
	data.Inline = nil // a snapshot is inline or in a file
	m.Checkpoint.Subtasks[0].Bases[0].Inline = nil
	m.Checkpoint.KeyGroups = 2 // the floor is for group 1

	for range 2 {
		b, err := checkpoint.EncodeManifest(&m)
		require.NoError(t, err)
		got, err := checkpoint.DecodeManifest(b)
		require.NoError(t, err)
		require.Equal(t, &m, got)
		data.Inline, data.File = inline, ""
	}
}

// fill gives every field a value that is not zero.
func fill(t *testing.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1, 2).UTC()))
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(1)
	default:
		t.Fatalf("no value for a field of type %v", v.Type())
	}
}
