// Package runtime is what the author of a pipeline imports: outputs, contexts, sources and sinks, and Run and Main, which run a
// pipeline whose wiring streamgen generated.
package runtime
