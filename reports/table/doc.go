// Package table is the one model of a table behind every form that a report takes: Markdown,
// CSV and terminal text, with footnotes.
//
// It knows texts, marks and estimates. What arms, metrics and runs are, and what stands in which
// table, is package reports'.
package table
