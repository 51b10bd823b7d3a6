// Package geometry measures how vectors lie on the sphere: prototypes' nearest others and cosines of
// all pairs, their common offset and the spread of their norms, uniformity and alignment of
// embeddings, the deviation of features, and the projections to a circle or a plane that figures
// show. Begin at mean_norm.go, the smallest; pairs.go is what goes over all pairs of rows.
//
// Ranks and other properties of a spectrum are in package spectrum, counts of distinct prototypes in
// package uniqueness.
package geometry
