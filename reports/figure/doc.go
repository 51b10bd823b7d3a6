// Package figure draws the figures of a report: what each shows, of which measurements, how it is
// read and what collapse looks like in it.
//
// It is given a loaded sweep ([Sweep]) and draws with package drawing; it writes no file and no page.
// docs/figures.md describes every figure. A figure for which a run has no data says why, and is not
// drawn.
package figure
