// Package metrics measures prototypes, features and assignments: uniqueness,
// usage, geometry, spectra, agreement with labels, k-NN and linear probes.
//
// Everything here is a pure function of matrices and label lists: the same
// input gives the same bits, nothing is read or written, nothing is logged.
// Training, data sets, files and the layout of tables stay outside.
//
// A metric is declared where it is computed: its Spec says its key, unit, source,
// what collapse looks like in it and where it is shown, and how it is measured on
// an Input. The registry has a line for each; results, tables, captions and lists
// follow from it.
//
// The rows of numbers themselves are in package matrix below, the logistic regression of the linear
// probe in package logistic: numerics that know no metric. What has a Spec stays here.
//
// A value that the input does not define is never NaN: a function returns
// ok = false, or its result's Undefined field says why in words.
//
// A row that is zero or holds NaN or Inf has no direction. Cosine metrics
// leave such rows out of their means, and in a cover they stand for
// themselves alone.
package metrics
