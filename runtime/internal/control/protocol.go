// Package control lets a command reach the process that runs a job, by a Unix socket in the job's folder. A request and its response
// are one line of JSON each; before the response there may be lines with notes.
package control

// SocketName is the file name of the socket in the job's folder.
const SocketName = "control.sock"

// Command is what is asked of a running job.
type Command string

// The commands.
const (
	Savepoint Command = "savepoint" // a savepoint; the job goes on
	Stop      Command = "stop"      // a savepoint that ends the job
	Drain     Command = "drain"     // a savepoint that ends the job, after its input was ended
	Cancel    Command = "cancel"    // the end, where the job is
)

// request is the line that a client sends.
type request struct {
	Command Command `json:"command"`
	// Job is the name of the pipeline that is meant; empty: of whichever runs in the folder.
	Job string `json:"job,omitempty"`
	// Notes says that the client reads notes before the answer.
	Notes bool `json:"notes,omitempty"`
}

// response is the line that it gets back, when what it asked for is done.
type response struct {
	// Note says what the job waits for before it can do it. Such a line is not the answer: that comes after it.
	Note string `json:"note,omitempty"`
	// Path is the folder of the savepoint, if one was made.
	Path string `json:"path,omitempty"`
	// Error says why the job did not do it; empty if it did.
	Error string `json:"error,omitempty"`
}
