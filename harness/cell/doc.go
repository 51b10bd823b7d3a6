// Package cell runs one planned cell, from its images to its result: it draws the batches, trains,
// measures over training and at the end, watches for collapse, writes checkpoints and logs, and goes
// on from them. Begin with Run.Do; Rehearsal takes the same pieces one at a time.
//
// What may not enter: which cells are run, where and how many at a time (package harness), what they
// may take (package budget), the mathematics of methods and metrics, and file layouts of the run
// directory (package store).
package cell
