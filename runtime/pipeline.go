package runtime

// Pipeline is a struct marked //streamgen:pipeline, by pointer: streamgen generates its method.
type Pipeline interface {
	// StreamgenJob wires the pipeline's operators, sources and sinks to a job.
	StreamgenJob() Job
}
