// Package reports turns a run directory into what goes into a paper: statistics over
// seeds, one table model that is written as Markdown, CSV or terminal text, figures,
// and the report page that explains them.
//
// It reads results and never makes them: no training, no metric of its own (those are
// package metrics'), no sweep language. Equal results give equal bytes; only the
// columns that hold times differ between runs.
package reports
