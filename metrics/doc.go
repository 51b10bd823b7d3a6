// Package metrics is the catalogue of all metrics: the registry has a line for each family, in the
// order of lists and tables, and [Find], [Select] and [Columns] look metrics up. Begin at
// registry.go; what a metric is stands in package metric, and a folder here is one thing that is
// looked at:
//
//   - usage: how images are shared out among prototypes, and how sure predictions are
//   - uniqueness: how many prototypes are distinct, and distinct and in use
//   - geometry: how prototypes and embeddings lie on the sphere
//   - spectrum: how many dimensions prototypes and features take up
//   - clustering: how assignments and features agree with classes
//   - probe: what classifiers on frozen features get right, k-NN and linear ones
//   - training: the loss, and how far prototypes moved
//
// Everything in them is a pure function of matrices and label lists: the same input gives the same
// bits, nothing is read or written, nothing is logged. Training, data sets, files and the layout of
// tables stay outside. The folders matrix, neighbours and logistic are numerics that know no metric.
//
// A metric is declared where it is computed: its [metric.Spec] says its key, unit, source, what
// collapse looks like in it and where it is shown, and how it is measured on a [metric.Input];
// results, tables, captions and lists follow from it.
//
// A value that the input does not define is never NaN: a function returns ok = false, or its
// result's Undefined field says why in words.
//
// A row that is zero or holds NaN or Inf has no direction. Cosine metrics leave such rows out of
// their means, and in a cover they are no prototypes.
package metrics
