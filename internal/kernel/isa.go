package kernel

import "os"

// ISA names an instruction set that the kernels can use.
type ISA string

// The instruction sets. AVX512 and AVX2 give the same bits; Generic is pure Go and agrees with
// them within rounding (it has no fused multiply-add).
const (
	AVX512  ISA = "avx512"
	AVX2    ISA = "avx2"
	Generic ISA = "generic"
)

// isa is chosen once: the best that the processor has, or what PROTOBENCH_ISA asks for if the processor has it. Asking
// for another one leaves the best in use, which every result names.
var isa = choose(os.Getenv("PROTOBENCH_ISA"), supported())

// InUse returns the instruction set of this process.
func InUse() ISA { return isa }

func choose(want string, have []ISA) ISA {
	for _, s := range have {
		if string(s) == want {
			return s
		}
	}
	return have[0]
}
