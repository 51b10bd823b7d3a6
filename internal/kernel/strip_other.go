//go:build !amd64 || noasm

package kernel

func (s *strip) runAVX512() {}
