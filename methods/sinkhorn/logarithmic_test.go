package sinkhorn

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/stream"
	"protobench/methods/internal/fixture"
)

// TestGoldenBalance checks the balancing of logarithms against Sinkhorn-Knopp on the numbers
// themselves.
func TestGoldenBalance(t *testing.T) {
	t.Run("sinkhorn_swav", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_swav")
		s := golden.Shape(f.Inputs["scores"])
		for _, it := range golden.Ints(f.Params["iterations"]) {
			x := golden.Float32s(f.Inputs["scores"])
			for i := range x {
				x[i] /= float32(fixture.Num(t, f.Params, "epsilon"))
			}
			new(Logarithmic).Run(nil, x, s[0], s[1], it)
			golden.Check(t, f, "codes", x, f.Expected[map[int]string{1: "q_iters_1", 3: "q_iters_3", 10: "q_iters_10"}[it]])
		}
	})
}

// TestBalanceAnyScale checks that a component's scale, however small, changes nothing: the first
// sum over it takes it out.
func TestBalanceAnyScale(t *testing.T) {
	const n, k = 12, 3
	x, far := make([]float32, n*k), make([]float32, n*k)
	for i, r := 0, stream.New(2, "scale"); i < n*k; i++ {
		x[i] = float32(4 * r.NormFloat64())
		far[i] = x[i] - float32(60*(i%k))
	}
	for _, epsilon := range []float64{0, 1e-8} {
		a, b := slices.Clone(x), slices.Clone(far)
		(&Logarithmic{Epsilon: epsilon}).Run(nil, a, n, k, 3)
		(&Logarithmic{Epsilon: epsilon}).Run(nil, b, n, k, 3)
		for i, v := range b {
			if !(math.Abs(float64(v-a[i])) <= 1e-4) {
				t.Fatalf("ε %g: entry %d is %g, or %g where its component is far off", epsilon, i, a[i], v)
			}
		}
	}
}
