// Package neighbours finds the nearest rows by cosine, exactly: blocks of products (neighbours.go)
// whose candidates are kept in order of nearness (candidates.go). Begin at [Of].
//
// It knows nothing of labels or votes: the k-NN probe and the prototypes' nearest others are told in
// packages probe and geometry.
package neighbours
