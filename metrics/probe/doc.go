// Package probe measures what a classifier on frozen features gets right: weighted k-NN (knn.go, and
// a grid of its protocols in knn_grid.go), the linear probe by its optimum (linear.go) and by the
// field's SGD (sgd.go), and few labels a class (fewshot.go); tail.go parts the classes of long-tailed
// sets. Begin at probe.go, which is what the metrics of all probes share.
//
// The logistic regression itself is in package logistic, the search for neighbours in package
// neighbours.
package probe
