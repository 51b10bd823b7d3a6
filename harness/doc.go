// Package harness turns a sweep's cells into results: it plans them, runs those that are missing a
// few at a time or hands them to others, and opens and reproduces what has ended. Begin with NewPlan
// and Run.
//
// One cell's training and measurement is package cell's, what cells take package budget's. What may
// not enter: the reading of sweep files (package sweep), mathematics of methods or metrics, file
// layouts of the run directory (package store), tables and figures (package reports), and anything
// that writes to a terminal.
package harness
