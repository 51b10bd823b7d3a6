package kernel

import (
	"fmt"
	"math"
	"testing"
)

// laneKernel runs a kernel on arrays that it may write, and returns scalar results.
type laneKernel struct {
	name string
	run  func(v [][]float32, w [][]float64) []float64
}

var laneKernels = []laneKernel{
	{"combine", func(v [][]float32, _ [][]float64) []float64 { Combine(v[0], v[1], v[2], 0.9, -1.3); return nil }},
	{"axpy", func(v [][]float32, _ [][]float64) []float64 { Axpy(0.7, v[0], v[1]); return nil }},
	{"scale", func(v [][]float32, _ [][]float64) []float64 { Scale(v[0], v[1], 1.7); return nil }},
	{"relu", func(v [][]float32, _ [][]float64) []float64 { ReLU(v[0], v[1]); return nil }},
	{"mask-relu", func(v [][]float32, _ [][]float64) []float64 { MaskReLU(v[0], v[1], v[2]); return nil }},
	{"softmax-backward", func(v [][]float32, _ [][]float64) []float64 { SoftmaxBackward(v[0], v[1], 0.3); return nil }},
	{"exp-shifted", func(v [][]float32, _ [][]float64) []float64 { return []float64{ExpShifted(v[0], v[1], 0.4, 3)} }},
	{"exp-sum", func(v [][]float32, _ [][]float64) []float64 { return []float64{expSum(v[0], 0.4)} }},
	{"softmax", func(v [][]float32, _ [][]float64) []float64 { Softmax(v[0], v[0]); return nil }},
	{"softmax-scaled", func(v [][]float32, _ [][]float64) []float64 { return []float64{SoftmaxScaled(v[0], v[1], 7)} }},
	{"log-sum-exp", func(v [][]float32, _ [][]float64) []float64 { return []float64{float64(LogSumExp(v[0]))} }},
	{"max", func(v [][]float32, _ [][]float64) []float64 {
		return []float64{float64(Max(v[0])), float64(Argmax(v[0]))}
	}},
	{"gelu", func(v [][]float32, _ [][]float64) []float64 { GELU(v[0], v[1]); return nil }},
	{"gelu-backward", func(v [][]float32, _ [][]float64) []float64 { GELUBackward(v[0], v[1], v[2]); return nil }},
	{"gelu-both", func(v [][]float32, _ [][]float64) []float64 { GELUBoth(v[0], v[1], v[2], v[3]); return nil }},
	{"sum", func(v [][]float32, _ [][]float64) []float64 { return []float64{Sum(v[0])} }},
	{"dot", func(v [][]float32, _ [][]float64) []float64 { return []float64{Dot64(v[0], v[1]), Norm(v[0])} }},
	{"moments", func(v [][]float32, _ [][]float64) []float64 { m, q := Moments(v[0]); return []float64{m, q} }},
	{"normalize", func(v [][]float32, _ [][]float64) []float64 { NormalizeRows(v[0], v[1], 1, len(v[1]), nil); return nil }},
	{"decayed", func(v [][]float32, _ [][]float64) []float64 { return []float64{DecayedSquares(v[0], v[1], 0.01)} }},
	{"add-wide", func(v [][]float32, w [][]float64) []float64 { AddWide(w[0], v[0]); return nil }},
	{"axpy-wide", func(_ [][]float32, w [][]float64) []float64 { AxpyWide(0.7, w[0], w[1]); return nil }},
	{"dot-wide", func(_ [][]float32, w [][]float64) []float64 { return []float64{DotWide(w[0], w[1])} }},
	{"weighted", func(v [][]float32, w [][]float64) []float64 { return []float64{WeightedSum(v[0], w[0])} }},
	{"rescale", func(v [][]float32, w [][]float64) []float64 { Rescale(v[0], w[0], 0.3, w[1]); return nil }},
	{"momentum", func(v [][]float32, _ [][]float64) []float64 {
		Momentum(v[0], v[1], v[2], 0.9, 0.4, 0.01, 0.1, false)
		return nil
	}},
	{"nesterov", func(v [][]float32, _ [][]float64) []float64 {
		Momentum(v[0], v[1], v[2], 0.9, 0.4, 0.01, 0.1, true)
		return nil
	}},
	{"adam", func(v [][]float32, _ [][]float64) []float64 {
		Adam{0.01, 0.1, 0.999, 0.001, 0.99, 0.02, 1.1, 1e-8}.Update(v[0], v[1], v[2], v[3])
		return nil
	}},
	{"layer-norm", func(v [][]float32, _ [][]float64) []float64 { LayerNorm(v[0], v[1], v[2], v[3], 0.1, 1.2); return nil }},
	{"layer-norm-sums", func(v [][]float32, _ [][]float64) []float64 {
		s, d := LayerNormSums(v[0], v[1], v[2], v[3], v[4], 0.1, 1.2)
		return []float64{s, d}
	}},
	{"layer-norm-backward", func(v [][]float32, _ [][]float64) []float64 {
		LayerNormBackward(v[0], v[1], v[2], v[3], 0.1, 1.2, 0.05, -0.2)
		return nil
	}},
	{"levels", func(v [][]float32, _ [][]float64) []float64 { Levels(v[0], levelsOf(v[1])); return nil }},
	{"clamped", func(v [][]float32, _ [][]float64) []float64 { Clamped(v[0], 0.7, 0.2); return nil }},
	{"luma", func(v [][]float32, _ [][]float64) []float64 { Luma(v[0], v[0], v[1], v[2]); return nil }},
	{"saturate", func(v [][]float32, _ [][]float64) []float64 { Saturate(v[0], v[1], v[2], 1.3); return nil }},
	{"turn-hue", func(v [][]float32, _ [][]float64) []float64 { TurnHue(v[0], v[1], v[2], 5.7); return nil }},
	{"solarize", func(v [][]float32, _ [][]float64) []float64 { Solarize(v[0], 0.5); return nil }},
	{"interleave", func(v [][]float32, _ [][]float64) []float64 {
		n := len(v[0]) / 3
		Interleave(v[0], v[1][:n], v[2][:n], v[3][:n], [3]float32{0.5, 0.4, 0.3}, [3]float32{2, 3, 4})
		return nil
	}},
}

// levelsOf makes bytes of numbers.
func levelsOf(x []float32) []uint8 {
	out := make([]uint8, len(x))
	for i, v := range x {
		out[i] = uint8(math.Float32bits(v) >> 16)
	}
	return out
}

// laneInputs are five arrays of n numbers and two of float64; odd ones stand among them if wild.
func laneInputs(n int, wild bool) (v [][]float32, w [][]float64) {
	inf := float32(math.Inf(1))
	odd := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), 1e-40, -1e-45, math.MaxFloat32, -88, 89}
	for a := range 5 {
		x := random(n, fmt.Sprint("lanes", a))
		for i := range x {
			if wild && i%3 == a%3 {
				x[i] = odd[(i/3+a)%len(odd)]
			}
		}
		v = append(v, x)
	}
	for a := range 2 {
		y := make([]float64, n)
		for i, x := range random(n, fmt.Sprint("wide", a)) {
			y[i] = math.Exp(float64(x)) * 1e3
		}
		w = append(w, y)
	}
	return v, w
}

// sameBits tells whether two numbers are the same to the bit; of NaN there is only one.
func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// TestLanesAgree compares each kernel's bits between the instruction sets: the assembly's whole
// blocks and Go's rest against all Go.
func TestLanesAgree(t *testing.T) {
	lengths := []int{127, 128, 192, 1000, 4097}
	for n := range 70 {
		lengths = append(lengths, n)
	}
	withISA(t, func(t *testing.T) {
		mine := isa
		for _, k := range laneKernels {
			for _, n := range lengths {
				for _, wild := range []bool{false, true} {
					isa = Generic
					v, w := laneInputs(n, wild)
					want := k.run(v, w)
					isa = mine
					x, y := laneInputs(n, wild)
					got := k.run(x, y)
					if at := differing(got, want, x, v, y, w); at != "" {
						t.Fatalf("%s of %d numbers (wild: %t): %s", k.name, n, wild, at)
					}
				}
			}
		}
	})
}

func differing(got, want []float64, x, v [][]float32, y, w [][]float64) string {
	for i := range want {
		if !sameBits(got[i], want[i]) {
			return fmt.Sprintf("result %d is %g, not %g", i, got[i], want[i])
		}
	}
	for a := range v {
		for i := range v[a] {
			if !sameBits(float64(x[a][i]), float64(v[a][i])) {
				return fmt.Sprintf("number %d of array %d is %g, not %g", i, a, x[a][i], v[a][i])
			}
		}
	}
	for a := range w {
		for i := range w[a] {
			if !sameBits(y[a][i], w[a][i]) {
				return fmt.Sprintf("number %d of wide array %d is %g, not %g", i, a, y[a][i], w[a][i])
			}
		}
	}
	return ""
}

// TestLanesStayInside checks that no kernel writes past the end of its arrays.
func TestLanesStayInside(t *testing.T) {
	const guard = 12345.5
	withISA(t, func(t *testing.T) {
		for _, k := range laneKernels {
			for n := range 40 {
				v, w := laneInputs(n+20, false)
				short, wide := make([][]float32, len(v)), make([][]float64, len(w))
				for a := range v {
					for i := n; i < n+20; i++ {
						v[a][i] = guard
					}
					short[a] = v[a][:n]
				}
				for a := range w {
					for i := n; i < n+20; i++ {
						w[a][i] = guard
					}
					wide[a] = w[a][:n]
				}
				k.run(short, wide)
				for i := n; i < n+20; i++ {
					for a := range v {
						if v[a][i] != guard {
							t.Fatalf("%s of %d numbers wrote number %d of array %d", k.name, n, i, a)
						}
					}
					for a := range w {
						if w[a][i] != guard {
							t.Fatalf("%s of %d numbers wrote number %d of wide array %d", k.name, n, i, a)
						}
					}
				}
			}
		}
	})
}

func BenchmarkLanes(b *testing.B) {
	const n = 8192
	for _, k := range laneKernels {
		b.Run(k.name, func(b *testing.B) {
			v, w := laneInputs(n, false)
			for i := range v[3] { // Adam's second moments
				v[3][i] *= v[3][i]
			}
			b.SetBytes(4 * n)
			for b.Loop() {
				k.run(v, w)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
