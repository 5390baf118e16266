package checkpoint

// String is the kind's word.
func (k Kind) String() string {
	return [...]string{"periodic", "savepoint", "stop", "final", "drain"}[min(k, Drain)]
}

// String is the status's word.
func (s Status) String() string {
	return [...]string{"running", "stopped", "cancelled", "finished"}[min(s, Finished)]
}
