// Package metric says what a metric is: its [Spec] with key, unit, better direction, collapse and
// tables, the [Input] that it is measured on, and the [Result] of that. Begin at spec.go, then
// input.go.
//
// It measures nothing but an input's hard assignments, which several families share. A metric itself
// stands in the folder of what it looks at, and the list of them all in package metrics.
package metric
