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

// features names the extensions of the processor.
func features() []string {
	x := cpu.X86
	var have []string
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx2", x.HasAVX2}, {"fma", x.HasFMA}, {"avx512f", x.HasAVX512F}, {"avx512dq", x.HasAVX512DQ}, {"avx512vl", x.HasAVX512VL},
		{"avx512bf16", x.HasAVX512BF16}, {"avx512vnni", x.HasAVX512VNNI}, {"amxbf16", x.HasAMXBF16},
	} {
		if f.has {
			have = append(have, f.name)
		}
	}
	return have
}
