// Package stats holds what a handful of paired seeds allows one to say: means with
// t-intervals, an exact paired test, Holm's correction, and how many seeds it takes.
//
// Everything is a pure function of numbers. Values that are not finite are missing values;
// what cannot be said is NaN. Nothing of this program may be imported here, and no metric,
// arm or file is known.
package stats
