//go:build !linux

package store

// bootID is unknown: the host's name has to do.
func bootID() string { return "" }
