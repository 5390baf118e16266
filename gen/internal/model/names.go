package model

import (
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Upper returns s with its first letter in upper case.
func Upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Lower returns an exported name as an unexported one: ID gives id, IDs ids, HTTPLog httpLog.
func Lower(s string) string {
	runes := []rune(s)
	n := 0
	for n < len(runes) && unicode.IsUpper(runes[n]) {
		n++
	}
	plural := n < len(runes) && runes[n] == 's' && (n+1 == len(runes) || unicode.IsUpper(runes[n+1]))
	if n > 1 && n < len(runes) && !plural {
		n-- // the last capital begins the next word
	}
	return strings.ToLower(string(runes[:n])) + string(runes[n:])
}

// RecordName is what generated code calls a record on the edge: what the reader's method calls it, or what its type suggests.
func (e *Edge) RecordName() string {
	if e.Input != nil {
		for _, m := range []*Method{e.Input.Method, e.Input.Key} {
			if m != nil && m.Record != nil && m.Record.Name() != "" && m.Record.Name() != "_" {
				return m.Record.Name()
			}
		}
	}
	return TypeRecordName(e.Record)
}

// TypeRecordName is what generated code calls a record of type t where nobody has a name for it.
func TypeRecordName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		if named.Obj().Name() == "Failed" && named.TypeArgs().Len() == 1 {
			return "failure"
		}
		return Lower(named.Obj().Name())
	}
	return "record"
}

// Plural returns the name for several of what name is one of.
func Plural(name string) string {
	switch {
	case len(name) < 3:
		return "records"
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "ch"), strings.HasSuffix(name, "sh"):
		return name + "es"
	case strings.HasSuffix(name, "y") && !strings.ContainsRune("aeiou", rune(name[len(name)-2])):
		return name[:len(name)-1] + "ies"
	}
	return name + "s"
}
