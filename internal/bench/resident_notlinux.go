//go:build !linux

package bench

func resident() int64 { return 0 }
