// Package graph is the one place that touches gorgonia's machinery: our operation type, the
// lock under which graphs are built, and the executor that runs a differentiated graph.
//
// gorgonia builds the graph and differentiates it; an operation's work is done on float32
// slices by internal/kernel. No network, loss or optimizer belongs here.
package graph
