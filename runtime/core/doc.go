// Package core is what generated code calls: jobs, tasks, ports, snapshots. Users do not import it.
//
// The core is passive. A subtask is a state machine with Step, which handles one control message or one batch of records and returns; the
// job's master, which runs the checkpoints, is another. Nothing here starts a goroutine, reads a clock or draws a random number:
// those come with an environment from the driver, which says whose step is next. The live driver has a goroutine per subtask; the
// simulation driver has one thread and a seeded choice.
package core

// SupportsGen3 is referred to by generated code of generation 3. A runtime that does not support that generation any more does not
// declare it: then run go generate again. Generated code that refers to a generation this runtime does not know needs a newer runtime.
const SupportsGen3 = true

// SupportsGen2 is that of generation 2, which does not say to which subtask a record in flight goes at another parallelism: such a restore is
// refused.
const SupportsGen2 = true
