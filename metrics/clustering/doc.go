// Package clustering compares assignments and features with classes, without training anything:
// mutual information and Rand index, adjusted for chance or not (agreement.go), purity (purity.go),
// and the silhouette of the classes (silhouette.go). Begin at agreement.go; contingency.go is the
// table that the scores of assignments are made of.
package clustering
