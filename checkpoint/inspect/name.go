package inspect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/gen/nearest"
)

// Names returns what the states of the checkpoint at path are called: operators that have some, and operator.state.
func Names(fsys vfs.FS, path string) (names []string, err error) {
	w, err := open(fsys, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	return w.names(), nil
}

func (w *whole) names() []string {
	var names []string
	operator := ""
	for _, s := range w.states {
		if !s.known {
			continue
		}
		if len(names) == 0 || s.operator != operator {
			operator = s.operator
			names = append(names, operator)
		}
		names = append(names, s.name())
	}
	return names
}

// named returns the states that a name stands for: all those of an operator that the manifest knows, or the one of operator.state.
func (w *whole) named(name string) ([]*heldState, error) {
	var found []*heldState
	for _, s := range w.states {
		if s.operator == name && s.known {
			found = append(found, s)
		}
	}
	for _, s := range w.states {
		if len(found) == 0 && s.name() == name {
			return []*heldState{s}, nil
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, w.unknown(name)
}

// unknown says what there is instead.
func (w *whole) unknown(name string) error {
	names := w.names()
	if len(names) == 0 {
		return errors.New("the checkpoint holds no state of any operator")
	}
	for _, s := range w.saved.Manifest.Checkpoint.Subtasks {
		for _, o := range s.Operators {
			if o.UID == name {
				return fmt.Errorf("operator %s keeps no state; these do: %s", name, strings.Join(names, ", "))
			}
		}
	}
	hint := ""
	if near := nearest.Of(name, names); near != "" {
		hint = fmt.Sprintf(" did you mean %s?", near)
	}
	return fmt.Errorf("there is no state %s:%s it holds %s", name, hint, strings.Join(names, ", "))
}
