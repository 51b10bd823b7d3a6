package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// ISA names an instruction set that the kernels can use.
type ISA string

// The instruction sets. AVX512 and AVX2 give the same bits; Generic is pure Go and agrees with
// them within rounding (it has no fused multiply-add).
const (
	AVX512  ISA = "avx512"
	AVX2    ISA = "avx2"
	Generic ISA = "generic"
)

// isa is chosen once: the best that the processor has, or what PROTOBENCH_ISA asks for if the
// processor has it. Asking for another one leaves the best in use, which every result names.
var isa = choose(os.Getenv("PROTOBENCH_ISA"), supported())

// InUse returns the instruction set of this process.
func InUse() ISA { return isa }

// Supported returns the instruction sets that this processor and this build have, best first.
func Supported() []ISA { return supported() }

// Features names what the processor has of the extensions that kernels use or could use.
func Features() []string { return features() }

// Warning says that PROTOBENCH_ISA asks for what there is not, and what is used instead; else it is
// empty.
func Warning() string { return refused(os.Getenv("PROTOBENCH_ISA"), supported()) }

func refused(want string, have []ISA) string {
	if want == "" || slices.Contains(have, ISA(want)) {
		return ""
	}
	what := "this processor or build has no such kernels"
	if !slices.Contains([]ISA{AVX512, AVX2, Generic}, ISA(want)) {
		what = "no instruction set has that name"
	}
	names := make([]string, len(have))
	for i, s := range have {
		names[i] = string(s)
	}
	return fmt.Sprintf("PROTOBENCH_ISA=%s: %s; %s is in use, here one of %s would be taken", want, what, have[0], strings.Join(names, ", "))
}

func choose(want string, have []ISA) ISA {
	for _, s := range have {
		if string(s) == want {
			return s
		}
	}
	return have[0]
}
