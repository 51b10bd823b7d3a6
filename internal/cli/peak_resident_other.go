//go:build !unix

package cli

// peakResident is 0: the system does not tell.
func peakResident() int64 { return 0 }
