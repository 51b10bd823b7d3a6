//go:build amd64 && !noasm

package kernel

import "golang.org/x/sys/cpu"

// supported lists what the processor has, best first.
func supported() []ISA {
	var have []ISA
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasFMA {
		have = append(have, AVX512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, AVX2)
	}
	return append(have, Generic)
}
