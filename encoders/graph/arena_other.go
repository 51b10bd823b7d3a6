//go:build !linux

package graph

// newArena returns n zeros.
func newArena(n int) []float32 { return make([]float32, n) }
