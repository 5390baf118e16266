package core

import (
	"fmt"

	"github.com/streamgen/streamgen/runtime"
)

// port is a source or a sink of a pipeline inside another that takes no part, since other fields feed or read what stands behind it.
type port struct {
	uid  string
	kind string // "source" or "sink"
	does string // what is done to it
	set  bool
}

// Inlet tells the job of a source of a pipeline inside: other fields feed its readers, so nobody may set it.
func Inlet[T any](j *Job, uid string, s runtime.Source[T]) {
	j.ports = append(j.ports, port{uid: uid, kind: "source", does: "fed", set: s != nil})
}

// Outlet tells the job of a sink of a pipeline inside: other fields read what goes into it, so nobody may set it.
func Outlet[T any](j *Job, uid string, s runtime.Sink[T]) {
	j.ports = append(j.ports, port{uid: uid, kind: "sink", does: "read", set: s != nil})
}

// check refuses a connector that would be passed over.
func (p port) check(pipeline string) error {
	if !p.set {
		return nil
	}
	return fmt.Errorf("pipeline %s: %s %s is set, but it is %s by other fields of the pipeline, so that its connector would do nothing: leave it nil",
		pipeline, p.kind, p.uid, p.does)
}
