// Package directions says how unit vectors [K,D] lie beside independent random ones: cosines to the
// nearest other vector, the spectrum of their Gram matrix, and what chance gives of each, which is
// computed instead of drawn. Begin with Nearest and EffectiveRank.
//
// Large sets are worked on in blocks, and quantiles of them are those of a part; package metrics
// has the same quantities of all rows at once. It judges nothing.
package directions
