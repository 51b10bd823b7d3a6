//go:build !linux

package budget

// addressLimit is what is left of the limit on the process's addresses; 0 where that is not known.
func addressLimit() int64 { return 0 }
