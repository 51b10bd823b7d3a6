// Package matrix has the rows of numbers that metrics are measured on: the dense [Matrix], the
// directions of its rows, random unit rows to compare with, and the few sums over a row whose order
// decides the last digits.
//
// It knows nothing of what a row stands for: prototypes, features and scores get their meaning in
// package metric, and linear algebra with work worth sharing between threads is in
// internal/kernel.
package matrix
