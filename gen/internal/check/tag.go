package check

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// tag is one key of a struct tag, with its value.
type tag struct {
	key, value string
	// pos is where the value stands, keyPos where the key does, and end is behind all of it.
	pos, keyPos, end token.Pos
	// literal is the whole.
	literal *ast.BasicLit
}

// untold is the literal of a tag of which only the text is known, since it stands in another package: it has no position.
func untold(text string) *ast.BasicLit {
	return &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(text)}
}

// parseTags divides a struct tag into its keys. Positions are exact in a raw literal; in another one they are right as long as
// nothing before them is escaped but the quotes.
func parseTags(lit *ast.BasicLit) (tags []tag, ok bool) {
	if lit == nil {
		return nil, true
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return nil, false
	}
	raw := strings.HasPrefix(lit.Value, "`")
	at := func(offset int) token.Pos {
		if !lit.Pos().IsValid() {
			return token.NoPos
		}
		if !raw {
			offset += strings.Count(text[:offset], `"`)
		}
		return lit.Pos() + 1 + token.Pos(offset)
	}
	for i := 0; ; {
		for i < len(text) && text[i] == ' ' {
			i++
		}
		if i == len(text) {
			return tags, true
		}
		start := i
		for i < len(text) && text[i] > ' ' && text[i] != ':' && text[i] != '"' {
			i++
		}
		if i == start || i+1 >= len(text) || text[i] != ':' || text[i+1] != '"' {
			return tags, false
		}
		t := tag{key: text[start:i], keyPos: at(start), pos: at(i + 2), literal: lit}
		quoted, err := strconv.QuotedPrefix(text[i+1:])
		if err != nil {
			return tags, false
		}
		t.value, _ = strconv.Unquote(quoted)
		i += 1 + len(quoted)
		t.end = at(i)
		tags = append(tags, t)
	}
}

// in is the place of an offset in the value, if that of the tag is known.
func (t tag) in(offset int) token.Pos {
	if !t.pos.IsValid() {
		return token.NoPos
	}
	return t.pos + token.Pos(offset)
}

// list divides a value into names, separated by commas, each with its place.
func (t tag) list() []item {
	var items []item
	offset := 0
	for part := range strings.SplitSeq(t.value, ",") {
		pos := t.in(offset + leading(part))
		items = append(items, item{field: strings.TrimSpace(part), pos: pos, fieldPos: pos})
		offset += len(part) + 1
	}
	return items
}

// item is one entry of a from tag.
type item struct {
	input, field, output string
	// pos is where the entry stands, fieldPos where the field's name does.
	pos, fieldPos token.Pos
}

// parseFrom divides the value of a from tag into its entries: input=Field.output, separated by commas.
func parseFrom(t tag) []item {
	var items []item
	offset := 0
	for part := range strings.SplitSeq(t.value, ",") {
		it := item{pos: t.in(offset + leading(part))}
		it.fieldPos = it.pos
		rest := part
		if input, after, ok := strings.Cut(part, "="); ok {
			it.input = strings.TrimSpace(input)
			rest = after
			it.fieldPos = t.in(offset + len(input) + 1 + leading(after))
		}
		it.field, it.output, _ = strings.Cut(strings.TrimSpace(rest), ".")
		items = append(items, it)
		offset += len(part) + 1
	}
	return items
}

func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
