// Package generated holds the tests of what streamgen generates: it is compiled, run, and compared with other implementations.
package generated
