// Package harness turns a sweep file into results: sweep → plan → cells →
// executor. It owns everything that takes longer than one training step: the
// strict reading of settings, the order of the data, the cadence of
// measurements, checkpoints, retries and progress.
//
// What may not enter: mathematics of methods or metrics, file layouts of the
// run directory (package store), tables and figures (package reports), and
// anything that writes to a terminal.
package harness
