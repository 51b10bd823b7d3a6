// Package ablations holds the questions that protobench ships with, as sweep
// files embedded in the binary. Each opens with the question, the outcome that
// is expected, and what would refute it.
//
// What may not enter: settings chosen on the seeds that are reported, and Go
// code beyond the look-up.
package ablations
