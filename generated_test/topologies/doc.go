// Package topologies holds one pipeline for each way in which tasks can hang together, for the simulation and the live runs in runtime/core. All of
// them take items and write lines, and a line says which item it is of and which way that has come: what a pipeline has committed tells by
// itself what was lost, doubled or put out of order.
package topologies

//go:generate go tool streamgen
