package runtime

// BroadcastContext is what a method Broadcast<Input> is told of where it runs. It is also the right to change broadcast state, which all subtasks of
// an operator must change alike: they do, since each sees every record of that input. Other methods get a [Context] and can only read it.
//
// The zero BroadcastContext works, for unit tests.
type BroadcastContext struct{ Context }
