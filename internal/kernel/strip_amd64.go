//go:build amd64 && !noasm

package kernel

import "unsafe"

func (s *strip) runAVX512() {
	if p := (*byte)(unsafe.Pointer(s)); s.halves() == 1 {
		strip16avx512(p)
	} else {
		strip32avx512(p)
	}
}
