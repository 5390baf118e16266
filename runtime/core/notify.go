package core

import (
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// listener is a port that passes on what has become of a checkpoint.
type listener interface {
	complete(checkpoint int64)
	aborted(checkpoint int64)
}

func tellComplete(readerOrWriter any, checkpoint int64) {
	if l, ok := readerOrWriter.(runtime.CompletionListener); ok {
		l.CheckpointComplete(checkpoint)
	}
}

func tellAborted(readerOrWriter any, checkpoint int64) {
	if l, ok := readerOrWriter.(runtime.AbortionListener); ok {
		l.CheckpointAborted(checkpoint)
	}
}

// notifyComplete tells all that the subtask runs that a checkpoint is complete. The coordinator completes in the order of the numbers, and each
// at most once.
func (s *subtask) notifyComplete(b coordinator.Barrier) {
	s.activity.does(hearingOfCheckpoint)
	if s.source != nil {
		s.source.complete(b.ID)
	}
	s.runner.CheckpointComplete(b.ID)
	for _, sink := range s.task.sinks {
		sink.complete(b.ID)
	}
}

// notifyAborted tells them that it was given up, once for each that was.
func (s *subtask) notifyAborted(b coordinator.Barrier) {
	if s.life >= closing {
		return
	}
	s.activity.does(hearingOfCheckpoint)
	if s.source != nil {
		s.source.aborted(b.ID)
	}
	s.runner.CheckpointAborted(b.ID)
	for _, sink := range s.task.sinks {
		sink.aborted(b.ID)
	}
}
