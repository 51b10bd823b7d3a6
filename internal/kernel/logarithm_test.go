package kernel

import (
	"math"
	"runtime"
	"testing"
)

// All exponents and a sample of all mantissas, those next to √2/2 with them: the same bits as
// math.Log's.
func TestTimesLogIsMathLogs(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("math.Log has no assembly of the same operations here")
	}
	root := math.Float32bits(math.Sqrt2 / 2)
	x, dst := make([]float32, 0, 1<<16), []float64(nil)
	check := func() {
		dst = append(dst[:0], make([]float64, len(x))...)
		TimesLog(dst, x)
		for i, v := range x {
			want := float64(v) * math.Log(float64(v))
			if v == 0 {
				want = 0
			}
			if dst[i] != want {
				t.Fatalf("%g: %g, want %g", v, dst[i], want)
			}
		}
		x = x[:0]
	}
	for b := uint32(1); b < math.Float32bits(float32(math.Inf(1))); b += 1013 {
		if x = append(x, math.Float32frombits(b)); len(x) == cap(x) {
			check()
		}
	}
	for b := root - 5000; b < root+5000; b++ {
		x = append(x, math.Float32frombits(b))
	}
	check()
	x = append(x, 0, 1, 0.5, 0, 2, math.SmallestNonzeroFloat32, math.MaxFloat32, 0.25, 0.75, 0)
	check()
}
