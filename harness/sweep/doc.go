// Package sweep reads a sweep file into checked cells. A cell is one run, or one row that runs are
// read against, with all its settings; the file names them by methods, a matrix of settings and
// seeds. The strict reading of keys, precedence of settings, which settings a cell reads, what
// contradicts what, a cell's hash and its own config, filters over cells, and listings of what a
// sweep may name stand here.
//
// What may not enter: anything that runs a cell or writes a file, and what a part of a method, a
// metric or a data set is, which they declare themselves.
package sweep
