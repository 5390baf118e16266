// Package state holds what an operator keeps without a key, one for each of its subtasks. The fields of such a state say how a checkpoint is handed
// out to another number of subtasks:
//
//	type BufferState struct {
//		Pending state.SplitList[Order]          // dealt out, each element to one subtask
//		Offsets state.UnionList[Offset]         // all of it to everyone
//		Rules   state.Broadcast[string, Rule]   // the same for everyone
//	}
//
//	func (Buffer) Process(o Order, s *BufferState, out *runtime.Out[Order])
//
// The zero values are ready to use, so a unit test calls a method with &BufferState{}. The semantics are those of Apache Flink's operator
// state: ListState with even-split and with union redistribution, and BroadcastState.
//
// None of the types is safe for use by several goroutines; a subtask is one.
package state
