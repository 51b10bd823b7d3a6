// Package pivot lays runs out by keys: what a run has under a key, in what runs of one entry differ
// that nobody asked for, and the table of any keys down and across.
//
// It reads planned cells and their results as package store has them, and knows no arm and no
// baseline: what a report compares is package reports'.
package pivot
