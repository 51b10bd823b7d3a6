// Package verdicts writes the page of an audit: what was found in each file, the verdict with its
// reasons, tables and figures over ε and over checkpoints, and the groups of copies as CSV.
//
// It shows what package audit found and judges nothing. Equal results give equal bytes.
package verdicts
