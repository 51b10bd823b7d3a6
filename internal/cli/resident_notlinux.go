//go:build !linux

package cli

func resident() int64 { return 0 }
