// Package across answers questions about several runs at once: in what do two of them differ and
// what came of it, and which finished cell has the best value of a metric.
//
// It reads plans and results as package store keeps them and makes none. One run's own tables are
// package reports'; tests and intervals are package stats'. Values are in the units of the tables.
package across
