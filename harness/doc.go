// Package harness turns a sweep's cells into results: plan → cell runs → measurements. It owns
// everything that takes longer than one training step: the order of the data, the cadence of
// measurements, checkpoints, retries and progress.
//
// What may not enter: the reading of sweep files (package sweep), mathematics of methods or
// metrics, file layouts of the run directory (package store), tables and figures (package reports),
// and anything that writes to a terminal.
package harness
