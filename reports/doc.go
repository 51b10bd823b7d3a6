// Package reports turns a run directory into what goes into a paper: tables over seeds, figures,
// and the report page that explains them.
//
// It reads plans and results and never makes them: no training, no sweep file, no default of a
// setting. Figures are drawn with package drawing, tables with package table, neither of which
// knows what a sweep is. What it measures itself are functions of package metrics on stored
// prototypes and on random vectors of their shape; what it tests is package stats'; what a column
// means stands in its metric's declaration. Equal results give equal bytes; only the columns that
// hold times differ between runs. It removes nothing: where an earlier report's figure was made of
// files that are gone, the figure stays, and the page says so.
package reports
