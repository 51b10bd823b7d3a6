// Package claim writes a sweep's claims in words: what is summed, what is measured of the sum, and
// what was expected of it.
//
// Whether a claim holds is judged by package stats, on what package reports finds in the results.
package claim
