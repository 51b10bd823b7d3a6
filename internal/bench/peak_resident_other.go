//go:build !unix

package bench

// peakResident is 0: the system does not tell.
func peakResident() int64 { return 0 }
