//go:build !amd64 || noasm

package kernel

func supported() []ISA { return []ISA{Generic} }

func features() []string { return nil }
