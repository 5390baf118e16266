package emit

import (
	"cmp"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/past"
)

// listCodec writes and reads the elements of one field of a state without a key.
type listCodec struct {
	*model.List
	state  *types.Named
	source string
	// name is the type's.
	name string
}

// needLists demands codecs for what the fields of a state without a key hold.
func (e *emitter) needLists(op *model.Operator) {
	for _, l := range op.Lists {
		if l.Key != nil {
			e.need(l.Key)
		}
		e.need(l.Element)
	}
}

// demandLists demands what the snapshots of an operator without a key need.
func (e *emitter) demandLists(op *model.Operator) {
	if op.Unkeyed == nil || e.listsOf(op) != nil {
		return
	}
	e.needLists(op)
	for _, l := range op.Lists {
		e.lists = append(e.lists, &listCodec{List: l, state: op.Unkeyed, source: e.home(op.Unkeyed)})
	}
}

// listsOf are the codecs of an operator's state without a key, one for each field.
func (e *emitter) listsOf(op *model.Operator) []*listCodec {
	var codecs []*listCodec
	for _, c := range e.lists {
		if op.Unkeyed != nil && types.Identical(c.state, op.Unkeyed) {
			codecs = append(codecs, c)
		}
	}
	return codecs
}

// listsFirst is the codec of the first field of the same state.
func (e *emitter) listsFirst(c *listCodec) *listCodec {
	return e.lists[slices.IndexFunc(e.lists, func(o *listCodec) bool { return types.Identical(o.state, c.state) })]
}

// sortLists puts the codecs in the order of the files; those of one state keep theirs.
func (e *emitter) sortLists() {
	slices.SortStableFunc(e.lists, func(a, b *listCodec) int {
		return cmp.Or(cmp.Compare(a.source, b.source), e.comparePosition(a.state.Obj(), b.state.Obj()), cmp.Compare(e.stemOf(a.state), e.stemOf(b.state)))
	})
}

// path names the field in checkpoints, and in comments.
func (c *listCodec) path() string { return c.state.Obj().Name() + "." + c.Name }

// was are the former names of the field.
func (c *listCodec) was() []string {
	return past.Was(c.state.Underlying().(*types.Struct), c.Index)
}

// saved is the list of an operator, ready for a snapshot.
func (c *listCodec) saved(f *file, state string) *jen.Statement {
	of := map[model.ListKind]string{model.SplitList: "SplitOf", model.UnionList: "UnionOf", model.Broadcasts: "BroadcastOf"}[c.Kind]
	return f.ref(statePath, of).Call(jen.Op("&").Id("t."+state+"."+c.Name), jen.Id(c.name).Values())
}

// written is the type whose form an element has: a broadcast state is written as structs of a key and a value.
func (c *listCodec) written() types.Type {
	if c.Key == nil {
		return c.Element
	}
	field := func(name string, t types.Type) *types.Var { return types.NewField(0, nil, name, t, false) }
	return types.NewStruct([]*types.Var{field("Key", c.Key), field("Value", c.Element)}, nil)
}

// unkeyedArgument is the argument of a method that takes state without a key.
func (t *task) unkeyedArgument(n *model.Field, m *model.Method) []jen.Code {
	if !m.Unkeyed {
		return nil
	}
	return []jen.Code{jen.Op("&").Id("t." + t.unkeyed[n])}
}

// emitListCodec writes what the snapshots of a list need.
func (e *emitter) emitListCodec(f *file, c *listCodec) {
	element, name := f.typ(c.Element), "element"
	if c.Key != nil {
		element, name = f.ref(statePath, "Entry").Types(f.typ(c.Key), f.typ(c.Element)), "entry"
	}
	pointer := jen.Op("*").Add(element)
	method := func(comment, name string) *jen.Statement {
		f.Line()
		f.comment("%s", comment)
		return f.Func().Params(jen.Id(c.name)).Id(name)
	}
	f.Line()
	f.comment("%s writes and reads what %s holds.", c.name, c.path())
	f.Type().Id(c.name).Struct()

	method("Schema names the form of an element: another one is refused at restore.", "Schema").Params().String().
		Add(short(jen.Return(jen.Lit(e.schema(c.written())))))

	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", name)}
	method("Append adds an element.", "Append").Params(jen.Id("b").Index().Byte(), jen.Id(name).Add(pointer)).Index().Byte().
		Add(block(w.returnPointee(c.written(), jen.Id(name))))

	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", name)}
	method("Parse reads what Append wrote.", "Parse").Params(jen.Id("p").Op("*").Add(f.serde("Parser")), jen.Id(name).Add(pointer)).
		Add(block(p.intoPointee(c.written(), jen.Id(name))))
	if c == e.listsFirst(c) {
		e.emitGuard(f, &codec{t: c.state})
	}
}
