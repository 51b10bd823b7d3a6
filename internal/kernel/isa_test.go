package kernel

import (
	"strings"
	"testing"
)

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		want, text string
		have       []ISA
	}{
		{"", "", []ISA{AVX2, Generic}},
		{"generic", "", []ISA{AVX2, Generic}},
		{"avx512", "PROTOBENCH_ISA=avx512: this processor or build has no such kernels; avx2 is in use", []ISA{AVX2, Generic}},
		{"neon", "PROTOBENCH_ISA=neon: no instruction set has that name; generic is in use", []ISA{Generic}},
	} {
		got := refused(c.want, c.have)
		if (c.text == "") != (got == "") || !strings.HasPrefix(got, c.text) {
			t.Errorf("%q: got %q, want %q", c.want, got, c.text)
		}
		if c.text != "" && choose(c.want, c.have) != c.have[0] {
			t.Errorf("%q: %s is in use", c.want, choose(c.want, c.have))
		}
	}
}
