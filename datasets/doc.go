// Package datasets holds the sets of images that arms are trained and evaluated on: generated in
// memory or read from files, cut to size, thinned to a long tail, described and fingerprinted.
//
// What leaves this room is a [Set]: 8-bit images with labels, in a fixed order, the same for every
// arm of a sweep.
//
// Its files are fetched by datasets/fetch, found and read by datasets/files, and decoded and kept
// by datasets/encoded, and the set "shapes" is drawn by datasets/shapes; none of them knows of sets. What is here says which files make a set, in
// what forms it comes (one file a reader), and what its images, labels and splits are. Random views
// of images belong to datasets/augment; shuffling into batches belongs to the harness; nothing here
// knows of encoders, methods or metrics.
package datasets
