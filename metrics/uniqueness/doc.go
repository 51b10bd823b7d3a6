// Package uniqueness counts the prototypes that are distinct: [Of] covers them greedily by cosine
// distance (Arteaga et al. 2025, definition 2.1), [OfCentred] does once a common offset is taken off,
// and [OfLive], the headline, among those in use. Groups of near-duplicates, their usage and what has
// merged since follow from the covers. Begin at cover.go; greedy.go is how it is made fast.
//
// Which prototypes are in use is said by package usage.
package uniqueness
