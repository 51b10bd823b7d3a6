package kernel

import (
	"math"
	"strconv"
	"testing"
)

// ulps is how many float32 steps got is away from want.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	step := float64(math.Nextafter32(w, float32(math.Inf(1)))) - float64(w)
	return math.Abs(float64(got)-want) / step
}

// TestExpAccuracy sweeps the range of e^x through the vector kernel.
func TestExpAccuracy(t *testing.T) {
	withISA(t, func(t *testing.T) {
		x, y := make([]float32, 4096), make([]float32, 4096)
		var worst float64
		for lo := -87.3; lo < 88.7; lo += 2 {
			for i := range x {
				x[i] = float32(min(lo+2*float64(i)/float64(len(x)), 88.72))
			}
			ExpShifted(y, x, 0, 1)
			for i, v := range x {
				worst = max(worst, ulps(y[i], math.Exp(float64(v))))
			}
		}
		if worst > 2 {
			t.Errorf("an error of %.2f ulp", worst)
		}
	})
}

// TestExpEdges has what lies outside of the range, and numbers that no arithmetic should change.
func TestExpEdges(t *testing.T) {
	inf := float32(math.Inf(1))
	withISA(t, func(t *testing.T) {
		x := make([]float32, 16)
		x[0], x[1], x[2], x[3], x[4], x[5] = -inf, inf, float32(math.NaN()), -1000, 1e-42, float32(math.Copysign(0, -1))
		ExpShifted(x, x, 0, 1)
		if x[0] != x[3] || x[0] > 1.2e-38 || x[0] <= 0 {
			t.Errorf("e^-Inf is %g, e^-1000 %g", x[0], x[3])
		}
		if x[1] < 3.4e38 || x[1] > math.MaxFloat32 {
			t.Errorf("e^Inf is %g", x[1])
		}
		if x[2] == x[2] {
			t.Errorf("e^NaN is %g", x[2])
		}
		if x[4] != 1 || x[5] != 1 {
			t.Errorf("e^0 is %g and %g", x[4], x[5])
		}
	})
}

func TestSoftmaxScaled(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 15, 16, 17, 65, 500, 65536} {
			for _, scale := range []float32{1, 0.125, 10} {
				x := random(n, "softmax")
				x[0] += 50
				var sum float64
				for _, v := range x {
					sum += math.Exp(float64(scale) * float64(v-x[0]))
				}
				y := make([]float32, n)
				lse := SoftmaxScaled(y, x, scale)
				if want := float64(scale)*float64(x[0]) + math.Log(sum); math.Abs(lse-want) > 1e-6*max(1, math.Abs(want)) {
					t.Errorf("%d logits times %g: log-sum-exp %g, not %g", n, scale, lse, want)
				}
				for i, v := range x {
					want := math.Exp(float64(scale)*float64(v-x[0])) / sum
					if math.Abs(float64(y[i])-want) > 1e-6*want*max(1, math.Abs(float64(scale)*float64(v-x[0])))+1e-37 {
						t.Fatalf("%d logits times %g: probability %d is %g, not %g", n, scale, i, y[i], want)
					}
				}
			}
		}
	})
}

// TestLogSumExpEdges has rows with infinite and missing numbers.
func TestLogSumExpEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		x    []float32
		want float32
	}{
		{nil, -inf}, {[]float32{-inf, -inf}, -inf}, {[]float32{nan, -inf}, nan}, {[]float32{1, nan}, nan},
		{[]float32{300, 300}, 300.6931472}, {[]float32{-inf, 5}, 5},
	} {
		if got := LogSumExp(c.x); got != c.want && (got == got || c.want == c.want) {
			t.Errorf("of %v: %g, not %g", c.x, got, c.want)
		}
	}
}

func TestArgmax(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	withISA(t, func(t *testing.T) {
		for n := range 50 {
			for at := range n {
				x := make([]float32, n)
				x[at], x[n-1] = 3, 3
				x[n/2] = max(x[n/2], 1)
				if got := Argmax(x); got != at {
					t.Fatalf("of %v: %d", x, got)
				}
			}
		}
		for _, x := range [][]float32{nil, {nan}, {-inf, -inf}, {nan, -inf}} {
			if got := Argmax(x); got != 0 {
				t.Errorf("of %v: %d", x, got)
			}
		}
	})
}

// TestRowSums compares sums with plain float64 ones.
func TestRowSums(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 33, 4099} {
			x, y := random(n, "x"), random(n, "y")
			var sum, dot, sq, decayed float64
			for i, v := range x {
				sum += float64(v)
				dot += float64(v) * float64(y[i])
				u := float64(v) + 0.1*float64(y[i])
				decayed += u * u
			}
			for _, v := range x {
				sq += math.Pow(float64(v)-sum/float64(n), 2)
			}
			mean, variance := Moments(x)
			for _, c := range []struct {
				name      string
				got, want float64
			}{
				{"sum", Sum(x), sum}, {"dot", Dot64(x, y), dot}, {"mean", mean, sum / float64(n)}, {"variance", variance, sq / float64(n)},
				{"decayed squares", DecayedSquares(x, y, 0.1), decayed},
			} {
				if math.Abs(c.got-c.want) > 1e-12*float64(n) {
					t.Errorf("%s of %d numbers is %g, not %g", c.name, n, c.got, c.want)
				}
			}
		}
	})
}

// TestReLU has numbers on both sides of zero, and what comparisons treat apart.
func TestReLU(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	x := []float32{-1, 2, 0, -1e-40, 1e-40, inf, -inf, nan, 3, -0.25}
	want := []float32{0, 2, 0, 0, 1e-40, inf, 0, nan, 3, 0}
	masked := []float32{0, 1, 0, 0, 1, 1, 0, 0, 1, 0}
	withISA(t, func(t *testing.T) {
		y, g, ones := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		for i := range ones {
			ones[i] = 1
		}
		ReLU(y, x)
		MaskReLU(g, x, ones)
		for i := range x {
			if !sameBits(float64(y[i]), float64(want[i])) || g[i] != masked[i] {
				t.Errorf("of %g: %g, gradient %g", x[i], y[i], g[i])
			}
		}
	})
}

// TestLanesAllocateNothing checks that arguments of the assembly stay on the stack.
func TestLanesAllocateNothing(t *testing.T) {
	x, y, w := random(100, "x"), random(100, "y"), make([]float64, 100)
	if n := testing.AllocsPerRun(10, func() {
		Softmax(y, x)
		LogSumExp(x)
		Dot(x, y)
		GELU(y, x)
		Moments(x)
		LayerNormSums(x, x, x, y, y, 0, 1)
		Rescale(y, w, 1, w)
		Momentum(y, x, x, 0, 0, 0, 0, true)
	}); n > 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkSoftmax(b *testing.B) {
	for _, n := range []int{17, 65, 300, 512, 65536} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			x, y := random(n, "softmax"), make([]float32, n)
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				Softmax(y, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
	}
}

// TestGELUBoth compares with the two kernels that it stands for, bit by bit.
func TestGELUBoth(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, n := range []int{1, 15, 16, 63, 64, 80, 1000} {
			x, dy := random(n, "x"), random(n, "dy")
			y, dx, wantY, wantX := make([]float32, n), dy, make([]float32, n), make([]float32, n)
			GELU(wantY, x)
			GELUBackward(wantX, x, dy)
			GELUBoth(y, dx, x, dy) // dx is dy
			if a, b := differ(y, wantY), differ(dx, wantX); a > 0 || b > 0 {
				t.Errorf("%d numbers: %d of y and %d of dx differ", n, a, b)
			}
		}
	})
}
