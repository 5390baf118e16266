package check

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

func tagKeys() []string {
	return []string{"from", "edge", "parallelism", "uid", "discard", "loop", "errors", "share", "time", "outoforder", "idle"}
}

// tags reads the tags of a field.
func (g *graph) tags(n *node, literal *ast.BasicLit) {
	tags, ok := parseTags(literal)
	if !ok {
		g.diags.Add(g.at(literal.Pos()), "the tag of "+n.Name+" cannot be read", "write it as `from:\"A\" uid:\"b\"`")
		n.mistagged = true
	}
	seen, event := map[string]bool{}, eventTags{}
	for _, t := range tags {
		if seen[t.key] {
			g.diags.Addf(g.at(t.keyPos), "tag %s stands twice", t.key)
			continue
		}
		seen[t.key] = true
		if why, hint := misplaced(n, t.key); why != "" {
			if !n.broken || n.isNested {
				g.diags.Add(g.at(t.keyPos), why+" has the tag "+t.key, hint)
				g.offerWithout(t)
			}
			n.mistagged = n.mistagged || t.key == "errors" // it may have been meant for another field
			continue
		}
		if event.take(t) {
			continue
		}
		switch t.key {
		case "from":
			n.from = &t
		case "loop":
			n.loop = &t
		case "errors":
			n.errors = &t
		case "discard":
			n.discard = &t
		case "edge":
			g.edgeTag(n, t)
		case "share":
			if t.value != "true" {
				g.diags.Add(g.at(t.pos), fmt.Sprintf("unknown share %q", t.value), "write `share:\"true\"`, or leave it out: then records from another task are cloned")
				continue
			}
			n.Share = true
		case "parallelism":
			g.parallelismTag(n, t)
		case "uid":
			g.uidTag(n, t)
		default:
			n.mistagged = true
			g.diags.Add(g.at(t.keyPos), "unknown tag "+t.key, diag.DidYouMean(t.key, tagKeys()))
			g.offerNearest(t.keyPos, t.key, slices.DeleteFunc(tagKeys(), func(key string) bool {
				return slices.ContainsFunc(tags, func(other tag) bool { return other.key == key })
			}))
		}
	}
	g.eventTime(n, event)
}

// misplaced says of which field a tag says nothing, "" if it may stand there.
func misplaced(n *node, key string) (field, hint string) {
	if key == "ttl" {
		return "field " + n.Name, "it belongs to a field of a keyed state, which becomes zero when it was not used for that long"
	}
	if isEventTag(key) && (n.isNested || n.Kind != model.Source) {
		return "field " + n.Name, "it belongs to a source, whose records say when they happened"
	}
	if key == "errors" && !n.isNested && n.Kind != model.Transform {
		return map[model.FieldKind]string{model.Source: "source ", model.Sink: "sink "}[n.Kind] + n.Name,
			"it belongs to an operator, and names the field that takes the records for which a method returns an error"
	}
	switch {
	case n.isNested:
		switch key {
		case "edge", "share":
			return "pipeline " + n.Name, "its own fields say how they read: remove the tag"
		case "discard", "errors":
			return "pipeline " + n.Name, "its own fields say what becomes of what they emit: remove the tag"
		}
	case n.Kind == model.Source:
		switch key {
		case "from", "edge", "loop", "share":
			return "source " + n.Name, "nothing goes into a source: remove the tag"
		case "discard":
			return "source " + n.Name, "it is for the outputs of an operator: remove the tag"
		}
	case n.Kind == model.Sink:
		if key == "discard" {
			return "sink " + n.Name, "it is for the outputs of an operator: remove the tag"
		}
	}
	return "", ""
}

func (g *graph) parallelismTag(n *node, t tag) {
	p, err := strconv.Atoi(t.value)
	if err != nil || p < 1 || p > 1<<15 {
		g.diags.Add(g.at(t.pos), fmt.Sprintf("parallelism %q of %s is not a number from 1 to 32768", t.value, n.Name), "")
		return
	}
	n.Parallelism = p
}

func (g *graph) uidTag(n *node, t tag) {
	if t.value == "" || strings.ContainsFunc(t.value, unicode.IsControl) {
		g.diags.Add(g.at(t.pos), fmt.Sprintf("uid %q of %s is empty or has control characters", t.value, n.Name), "")
		return
	}
	n.UID = t.value
	n.Pos = g.at(t.pos)
}

func (g *graph) edgeTag(n *node, t tag) {
	kinds := []model.Partition{model.Forward, model.Rebalance, model.Rescale, model.Broadcast}
	if !slices.Contains(kinds, model.Partition(t.value)) {
		var known []string
		for _, k := range kinds {
			known = append(known, string(k))
		}
		g.diags.Add(g.at(t.pos), fmt.Sprintf("unknown edge %q", t.value), diag.DidYouMean(t.value, known))
		g.offerNearest(t.pos, t.value, known)
		return
	}
	n.edge, n.Partition = &t, model.Partition(t.value)
}
