package schema_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// Rewriting bytes and reading them is the same as reading them and editing what was read. The edit is made with the reader's form, by
// someone who knows which field became which.
func TestRewritingIsEditing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		writer := &schema.Schema{Key: drawKey(t), Value: (&drawer{T: t}).record(4)}
		e := &editor{drawer: &drawer{T: t}, known: map[*schema.Type]*edited{}}
		reader := &schema.Schema{Key: writer.Key, Value: e.edit(writer.Value, "").t}
		writer, reader = reread(t, writer), reread(t, reader)
		plan, err := schema.Resolve(writer, reader)
		require.NoError(t, err, "%s\n%s", writer, reader)

		var in []byte
		var want []any
		n := rapid.IntRange(1, 3).Draw(t, "entries")
		for range n {
			key, value := drawValue(t, writer.Key, 0), drawValue(t, writer.Value, 4)
			in = appendValue(appendValue(in, writer.Key, key), writer.Value, value)
			want = append(want, key, e.edit(nil, "").convert(value))
		}
		out, err := plan.ApplyAll(nil, in, n)
		require.NoError(t, err)
		if plan.Same() {
			require.Equal(t, in, out)
		}
		d := &decoder{src: out, Parser: serde.NewParser(out)}
		var got []any
		for range n {
			got = append(got, d.value(reader.Key), d.value(reader.Value))
		}
		require.NoError(t, d.Done())
		require.Equal(t, want, got, "%s\n%s", writer, reader)
	})
}

// One change too many is refused, at its place alone.
func TestAnIncompatibleChangeIsRefusedWithItsPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		writer := &schema.Schema{Value: (&drawer{T: t}).record(4)}
		e := &editor{drawer: &drawer{T: t}, known: map[*schema.Type]*edited{}}
		reader := e.edit(writer.Value, "").t
		place := rapid.SampledFrom(e.places).Draw(t, "place")
		place.spoil()
		broken := reread(t, &schema.Schema{Value: reader})
		_, err := schema.Resolve(reread(t, writer), broken)
		var incompatible *schema.IncompatibleError
		require.ErrorAs(t, err, &incompatible, "%s\n%s\n%s", writer, broken, place.path)
		require.Len(t, incompatible.Differences, 1, "%s\n%s", writer, broken)
		require.Equal(t, place.path, incompatible.Differences[0].Path, "%s\n%s", writer, broken)
	})
}

// Bytes that are damaged anywhere give an error or a value, and the texts of random schemas come back.
func TestDamageIsSurvived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		writer := &schema.Schema{Key: drawKey(t), Value: (&drawer{T: t}).record(4)}
		e := &editor{drawer: &drawer{T: t}, known: map[*schema.Type]*edited{}}
		reader := &schema.Schema{Key: writer.Key, Value: e.edit(writer.Value, "").t}
		plan, err := schema.Resolve(reread(t, writer), reread(t, reader))
		require.NoError(t, err)
		in := appendValue(appendValue(nil, writer.Key, drawValue(t, writer.Key, 0)), writer.Value, drawValue(t, writer.Value, 4))
		for range rapid.IntRange(1, 5).Draw(t, "damages") {
			at := rapid.IntRange(0, len(in)-1).Draw(t, "at")
			if rapid.Bool().Draw(t, "cut") {
				in = in[:max(at, 1)]
			} else {
				in[at] = rapid.Byte().Draw(t, "byte")
			}
		}
		if out, err := plan.Apply(nil, in); err != nil {
			var parse *serde.ParseError
			require.ErrorAs(t, err, &parse)
		} else {
			require.NotEmpty(t, out)
		}
	})
}

// reread returns s as its text says it: without the identity of types, and as a reader would have it.
func reread(t require.TestingT, s *schema.Schema) *schema.Schema {
	once, err := schema.Parse(s.String())
	require.NoError(t, err)
	again, err := schema.Parse(once.String()) // without the labels that nothing refers to any more
	require.NoError(t, err)
	require.Equal(t, once.String(), again.String())
	require.Equal(t, once.Fingerprint(), again.Fingerprint())
	return again
}

// drawer draws types.
type drawer struct {
	*rapid.T
	around []*schema.Type // labelled ones that may be named again, behind a reference
	names  int
}

func (d *drawer) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(d.T, what) }

func (d *drawer) basic() *schema.Type {
	names := []string{"bool", "int", "uint8", "int64", "float32", "float64", "string", "time", "bytes", "timer", "timer.Event", "timer.Processing", "timers"}
	return &schema.Type{Kind: schema.Basic, Name: names[d.pick(len(names), "basic")]}
}

func drawKey(t *rapid.T) *schema.Type {
	if rapid.Bool().Draw(t, "key is a struct") {
		return &schema.Type{Kind: schema.Record, Fields: []schema.Field{
			{Name: "A", Type: &schema.Type{Kind: schema.Basic, Name: "int"}}, {Name: "B", Type: &schema.Type{Kind: schema.Basic, Name: "string"}},
		}}
	}
	return &schema.Type{Kind: schema.Basic, Name: "string"}
}

// typ draws a type that is nested at most depth deep.
func (d *drawer) typ(depth int) *schema.Type {
	if depth == 0 {
		return d.basic()
	}
	switch d.pick(9, "kind") {
	case 0:
		return &schema.Type{Kind: schema.ByteArray, Len: d.pick(3, "length")}
	case 1:
		return &schema.Type{Kind: schema.Slice, Elem: d.inside(depth)}
	case 2:
		return &schema.Type{Kind: schema.Array, Len: d.pick(3, "length"), Elem: d.typ(depth - 1)}
	case 3:
		return &schema.Type{Kind: schema.Map, Key: &schema.Type{Kind: schema.Basic, Name: "string"}, Elem: d.inside(depth)}
	case 4:
		return &schema.Type{Kind: schema.Pointer, Elem: &schema.Type{Kind: schema.Array, Len: 1, Elem: d.typ(depth - 1)}}
	case 5:
		return &schema.Type{Kind: schema.Own, Codec: "binary", Name: "example.com/a.T"}
	case 6, 7:
		return d.record(depth)
	}
	return d.basic()
}

// inside draws what stands behind a reference: possibly a type around it.
func (d *drawer) inside(depth int) *schema.Type {
	if len(d.around) > 0 && rapid.Bool().Draw(d.T, "again") {
		t := d.around[d.pick(len(d.around), "which")]
		t.Label = fmt.Sprint("T", slices.Index(d.around, t))
		return t
	}
	return d.typ(depth - 1)
}

func (d *drawer) record(depth int) *schema.Type {
	t := &schema.Type{Kind: schema.Record}
	d.around = append(d.around, t)
	for range d.pick(5, "fields") {
		t.Fields = append(t.Fields, schema.Field{Name: d.name(), Type: d.typ(depth - 1)})
	}
	d.around = d.around[:len(d.around)-1]
	return t
}

func (d *drawer) name() string {
	d.names++
	return fmt.Sprint("F", d.names)
}

// editor makes a reader's types of a writer's.
type editor struct {
	*drawer
	known  map[*schema.Type]*edited
	first  *edited
	places []place
}

// edited is what became of a type, and of its values.
type edited struct {
	t       *schema.Type
	convert func(any) any
}

// place is where one more change is incompatible.
type place struct {
	path  string
	spoil func()
}

// edit changes a type where that is compatible. Without a type it returns what the first one became.
func (e *editor) edit(w *schema.Type, path string) *edited {
	if w == nil {
		return e.first
	}
	if known := e.known[w]; known != nil {
		return known
	}
	r := *w
	r.Fields = nil
	result := &edited{t: &r, convert: func(v any) any { return v }}
	if e.first == nil {
		e.first = result
	}
	e.known[w] = result
	if w.Label == "" { // what contains itself would take its label along
		e.places = append(e.places, place{path, func() {
			if spoiled := (schema.Type{Kind: schema.ByteArray, Len: 7}); r.Kind == schema.Own {
				r = spoiled
			} else {
				r = schema.Type{Kind: schema.Own, Codec: "text", Name: "a.B"}
			}
		}})
	}
	switch w.Kind {
	case schema.Slice, schema.Array, schema.Map:
		elem := e.edit(w.Elem, path+"[]")
		r.Elem = elem.t
		result.convert = func(v any) any { return convertAll(v, elem) }
	case schema.Pointer:
		elem := e.edit(w.Elem, path)
		e.places = slices.DeleteFunc(e.places, func(p place) bool { return p.path == path }) // one path for two types
		r.Elem = elem.t
		result.convert = func(v any) any {
			if v == nil {
				return nil
			}
			return elem.convert(v)
		}
	case schema.Record:
		e.record(w, &r, result, path)
	}
	return result
}

func convertAll(v any, elem *edited) any {
	switch v := v.(type) {
	case []any:
		result := make([]any, len(v))
		for i := range v {
			result[i] = elem.convert(v[i])
		}
		return result
	case map[any]any:
		result := map[any]any{}
		for k := range v {
			result[k] = elem.convert(v[k])
		}
		return result
	}
	return v
}

// record shuffles, drops, renames and adds fields.
func (e *editor) record(w, r *schema.Type, result *edited, path string) {
	if path != "" {
		path += "."
	}
	type origin struct {
		from int // -1 for a new field
		*edited
	}
	var origins []origin
	for _, i := range rapid.Permutation(indices(len(w.Fields))).Draw(e.T, "order") {
		f := w.Fields[i]
		if e.pick(6, "add before") == 0 {
			added := (&drawer{T: e.T, names: 1000 + len(e.known)*10}).typ(2)
			r.Fields = append(r.Fields, schema.Field{Name: e.fresh("New"), Type: added})
			origins = append(origins, origin{-1, &edited{t: added}})
		}
		switch e.pick(5, "change") {
		case 0:
			r.Removed = append(r.Removed, f.Name)
			continue
		case 1:
			if rapid.Bool().Draw(e.T, "twice") {
				f.Was = []string{e.fresh("Never")}
			}
			f.Was = append(f.Was, f.Name)
			f.Name = e.fresh("Renamed")
		}
		elem := e.edit(w.Fields[i].Type, path+f.Name)
		f.Type = elem.t
		r.Fields = append(r.Fields, f)
		origins = append(origins, origin{i, elem})
	}
	if len(r.Removed) > 0 {
		name := r.Removed[len(r.Removed)-1]
		e.places = append(e.places, place{path + name, func() { r.Removed = r.Removed[:len(r.Removed)-1] }})
	}
	result.convert = func(v any) any {
		values := []any{}
		for _, o := range origins {
			if o.from < 0 {
				values = append(values, zeroOf(o.t))
			} else {
				values = append(values, o.convert(v.([]any)[o.from]))
			}
		}
		return values
	}
}

func (e *editor) fresh(prefix string) string {
	e.names++
	return fmt.Sprint(prefix, e.names)
}

func indices(n int) []int {
	var list []int
	for i := range n {
		list = append(list, i)
	}
	return list
}

// own is a value of a type that writes itself: any one of MessagePack. The zero value is the byte that is none.
type own string

const ownZero = own("\xc1")

func zeroOf(t *schema.Type) any {
	switch t.Kind {
	case schema.Basic:
		return map[string]any{
			"bool": false, "int": int64(0), "int64": int64(0), "uint8": int64(0), "float32": 0.0, "float64": 0.0, "string": "", "time": time.Time{},
			"bytes": nil, "timer": nil, "timer.Event": nil, "timer.Processing": nil, "timers": []any{},
		}[t.Name]
	case schema.ByteArray:
		return string(make([]byte, t.Len))
	case schema.Array:
		values := []any{}
		for range t.Len {
			values = append(values, zeroOf(t.Elem))
		}
		return values
	case schema.Record:
		values := []any{}
		for _, f := range t.Fields {
			values = append(values, zeroOf(f.Type))
		}
		return values
	case schema.Own:
		return ownZero
	default:
		return nil
	}
}

// drawValue draws a value of t, in which references lead at most depth deep.
func drawValue(t *rapid.T, typ *schema.Type, depth int) any {
	list := func(n int) []any {
		values := []any{}
		for range n {
			values = append(values, drawValue(t, typ.Elem, depth-1))
		}
		return values
	}
	some := func() bool { return depth > 0 && rapid.Bool().Draw(t, "some") }
	switch typ.Kind {
	case schema.Basic:
		switch typ.Name {
		case "bool":
			return rapid.Bool().Draw(t, "bool")
		case "int", "int64":
			return rapid.Int64().Draw(t, "int")
		case "uint8":
			return int64(rapid.Uint8().Draw(t, "uint8"))
		case "float32":
			return float64(rapid.Float32().Draw(t, "float32"))
		case "float64":
			return rapid.Float64().Draw(t, "float64")
		case "time":
			return time.Unix(rapid.Int64Range(math.MinInt32, math.MaxInt32).Draw(t, "time"), 0).UTC()
		case "timers":
			return []any{}
		case "timer", "timer.Event", "timer.Processing", "bytes":
			return nil
		}
		return rapid.StringN(0, 40, -1).Draw(t, "string")
	case schema.ByteArray:
		return string(make([]byte, typ.Len))
	case schema.Slice:
		if some() {
			return list(rapid.IntRange(0, 3).Draw(t, "length"))
		}
	case schema.Array:
		return list(typ.Len)
	case schema.Map:
		if some() {
			m := map[any]any{}
			for i, v := range list(rapid.IntRange(0, 3).Draw(t, "length")) {
				m[fmt.Sprint(i)] = v
			}
			return m
		}
	case schema.Pointer:
		if some() {
			return drawValue(t, typ.Elem, depth-1)
		}
	case schema.Record:
		values := []any{}
		for _, f := range typ.Fields {
			values = append(values, drawValue(t, f.Type, depth-1))
		}
		return values
	case schema.Own:
		return own(rapid.SampledFrom([]string{"\xc0", "\x05", "\xa1x", "\x92\x01\x81\x02\x03", "\xc4\x01\xc1"}).Draw(t, "own"))
	}
	return nil
}

func appendValue(b []byte, t *schema.Type, v any) []byte {
	if v == nil {
		return serde.AppendNil(b)
	}
	switch v := v.(type) {
	case bool:
		return serde.AppendBool(b, v)
	case int64:
		return serde.AppendInt(b, v)
	case float64:
		if t.Name == "float32" {
			return serde.AppendFloat32(b, float32(v))
		}
		return serde.AppendFloat64(b, v)
	case time.Time:
		return serde.AppendTime(b, v)
	case own:
		return append(b, v...)
	case string:
		if t.Kind == schema.ByteArray {
			return serde.AppendBytes(b, []byte(v))
		}
		return serde.AppendString(b, v)
	case map[any]any:
		b = serde.AppendMap(b, len(v))
		for i := range len(v) {
			b = appendValue(serde.AppendString(b, fmt.Sprint(i)), t.Elem, v[fmt.Sprint(i)])
		}
		return b
	}
	if t.Kind == schema.Pointer {
		return appendValue(b, t.Elem, v)
	}
	list := v.([]any)
	b = serde.AppendArray(b, len(list))
	for i := range list {
		elem := t.Elem
		if t.Kind == schema.Record {
			elem = t.Fields[i].Type
		}
		b = appendValue(b, elem, list[i])
	}
	return b
}

// decoder reads what a reader of generated code would.
type decoder struct {
	src []byte
	serde.Parser
}

func (d *decoder) own() any {
	rest := d.src[d.Offset():]
	if len(rest) > 0 && rest[0] == ownZero[0] {
		d.src = rest[1:]
		d.Reset(d.src)
		return ownZero
	}
	before := d.Len()
	d.Skip()
	return own(rest[:before-d.Len()])
}

func (d *decoder) value(t *schema.Type) any {
	list := func(n int) []any {
		values := []any{}
		for range n {
			values = append(values, d.value(t.Elem))
		}
		return values
	}
	switch t.Kind {
	case schema.Basic:
		switch t.Name {
		case "bool":
			return d.Bool()
		case "int", "int64", "uint8":
			return d.Int()
		case "float32":
			return float64(d.Float32())
		case "float64":
			return d.Float64()
		case "time":
			return d.Time()
		case "timers":
			d.ArrayOf(0)
			return []any{}
		case "timer", "timer.Event", "timer.Processing", "bytes":
			if !d.Nil() {
				d.Failf("no nil")
			}
			return nil
		}
		return d.String()
	case schema.ByteArray:
		b := make([]byte, t.Len)
		d.BytesInto(b)
		return string(b)
	case schema.Array:
		d.ArrayOf(t.Len)
		return list(t.Len)
	case schema.Record:
		d.ArrayOf(len(t.Fields))
		values := []any{}
		for _, f := range t.Fields {
			values = append(values, d.value(f.Type))
		}
		return values
	case schema.Own:
		return d.own()
	}
	if d.Nil() {
		return nil
	}
	switch t.Kind {
	case schema.Slice:
		return list(d.Array())
	case schema.Map:
		m := map[any]any{}
		for range d.Map() {
			k := d.String()
			m[k] = d.value(t.Elem)
		}
		return m
	}
	return d.value(t.Elem)
}
