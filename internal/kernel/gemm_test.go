package kernel

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"protobench/internal/stream"
	"protobench/internal/team"
)

// drawn are the longest slices of numbers that tests have asked for, by purpose: they ask for the
// same ones again and again.
var drawn sync.Map

// random returns the first n numbers of a purpose, for the caller to change.
func random(n int, purpose string) []float32 {
	if known, ok := drawn.Load(purpose); ok && len(known.([]float32)) >= n {
		return slices.Clone(known.([]float32)[:n])
	}
	r := stream.New(1, purpose)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	drawn.Store(purpose, slices.Clone(x))
	return x
}

// withISA runs f once for each instruction set of this machine.
func withISA(t *testing.T, f func(t *testing.T)) {
	before := isa
	defer func() { isa = before }()
	for _, s := range supported() {
		isa = s
		t.Run(string(s), f)
	}
}

func naive(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) []float64 {
	out := make([]float64, m*n)
	for i := range m {
		for j := range n {
			s := float64(c[i*ldc+j])
			for l := range k {
				s += at(a, lda, i, l, ta) * at(b, ldb, l, j, tb)
			}
			out[i*n+j] = s
		}
	}
	return out
}

func at(x []float32, ld, i, j int, trans bool) float64 {
	if trans {
		i, j = j, i
	}
	return float64(x[i*ld+j])
}

func TestGemm(t *testing.T) {
	sizes := [][3]int{{1, 1, 1}, {3, 5, 7}, {4, 32, 16}, {5, 33, 17}, {12, 64, 600}, {13, 31, 513}, {27, 300, 40}, {64, 20, 1030}}
	withISA(t, func(t *testing.T) {
		for _, s := range sizes {
			for mask := range 8 {
				ta, tb, acc := mask&1 > 0, mask&2 > 0, mask&4 > 0
				testGemm(t, s[0], s[1], s[2], ta, tb, acc)
			}
		}
	})
}

func testGemm(t *testing.T, m, n, k int, ta, tb, acc bool) {
	t.Helper()
	const pad = 3
	lda, ldb, ldc := k+pad, n+pad, n+pad
	if ta {
		lda = m + pad
	}
	if tb {
		ldb = k + pad
	}
	a, b, c := random(max(m, k)*lda+lda*k, "a"), random(max(k, n)*ldb, "b"), random(m*ldc, "c")
	start := make([]float32, len(c))
	if acc {
		copy(start, c)
	}
	before := append([]float32(nil), c...)
	want := naive(ta, tb, m, n, k, a, lda, b, ldb, start, ldc)
	Gemm(nil, ta, tb, m, n, k, a, lda, b, ldb, c, ldc, acc)
	for i := range m {
		for j := range n {
			if d := math.Abs(float64(c[i*ldc+j]) - want[i*n+j]); d > 1e-5*math.Sqrt(float64(k))*8 {
				t.Fatalf("%dx%dx%d ta %v tb %v acc %v: off by %g at %d,%d", m, n, k, ta, tb, acc, d, i, j)
			}
		}
		if i < m-1 {
			for j := n; j < ldc; j++ {
				if c[i*ldc+j] != before[i*ldc+j] {
					t.Fatalf("%dx%dx%d: wrote outside of C", m, n, k)
				}
			}
		}
	}
}

func TestGemmSameBits(t *testing.T) {
	before := isa
	defer func() { isa = before }()
	const m, n, k = 29, 70, 1100
	a, b := random(m*k, "a"), random(k*n, "b")
	var first []float32
	for _, s := range supported() {
		if s == Generic {
			continue
		}
		isa = s
		c := make([]float32, m*n)
		Gemm(nil, false, false, m, n, k, a, k, b, n, c, n, false)
		if first == nil {
			first = c
		}
		for i := range c {
			if c[i] != first[i] {
				t.Fatalf("%s: element %d is %g, want %g", s, i, c[i], first[i])
			}
		}
	}
}

// TestStocksLetGo checks that what calls leave behind keeps nobody's matrices and maps alive.
func TestStocksLetGo(t *testing.T) {
	Gemm(nil, false, false, 2, 2, 2, random(4, "a"), 2, random(4, "b"), 2, make([]float32, 4), 2, false)
	c := NewConv(1, 4, 4, 3, 5, 2)
	c.Forward(nil, padded(c.Output(), nil), Plain(padded(c.Input(), nil)), random(c.WeightLen(), "w"), nil)
	newPass(smallTile, 1, 4, 4, 16, 16).run(nil)
	for _, s := range stageSets.free {
		for _, stage := range s.stages {
			if stage.a != nil || stage.b != nil || stage.edge != nil {
				t.Error("a convolution's stages keep their memory")
			}
		}
	}
	for _, p := range products.free {
		if p.a != nil || p.b != nil || p.c != nil {
			t.Error("a product keeps its matrices")
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	shapes := []struct {
		transA, transB bool
		m, n, k        int
	}{
		{false, false, 1024, 1024, 1024},
		{false, true, 256, 512, 128}, {false, true, 256, 65536, 128}, // scores
		{false, false, 256, 512, 3072}, {true, false, 3072, 512, 256}, // a layer and the gradient of its weights
		{false, false, 16640, 576, 192}, {true, false, 192, 576, 16640}, {false, true, 16640, 192, 576},
		{false, true, 65, 65, 64}, // an attention head
	}
	for _, threads := range []int{1, 2} {
		team := team.New(threads)
		defer team.Close()
		for _, s := range shapes {
			b.Run(fmt.Sprintf("%dx%dx%d/%c%c/%d", s.m, s.n, s.k, letter(s.transA), letter(s.transB), threads), func(b *testing.B) {
				x, y, z := random(s.m*s.k, "a"), random(s.k*s.n, "b"), make([]float32, s.m*s.n)
				lda, ldb := s.k, s.n
				if s.transA {
					lda = s.m
				}
				if s.transB {
					ldb = s.k
				}
				for b.Loop() {
					Gemm(team, s.transA, s.transB, s.m, s.n, s.k, x, lda, y, ldb, z, s.n, false)
				}
				b.ReportMetric(2e-9*float64(s.m)*float64(s.n)*float64(s.k)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}

func letter(trans bool) rune {
	if trans {
		return 'T'
	}
	return 'N'
}

// TestGemmBias compares the product that begins with a bias with the one on a C whose rows are the
// bias, bit by bit.
func TestGemmBias(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	withISA(t, func(t *testing.T) {
		for _, s := range [][3]int{{1, 1, 1}, {4, 32, 16}, {5, 33, 17}, {12, 64, 600}, {13, 15, 513}, {27, 1100, 40}, {64, 20, 1030}, {500, 96, 192}, {3, 7, 0}} {
			m, n, k := s[0], s[1], s[2]
			a, b, bias, want := random(m*k, "a"), random(k*n, "b"), random(n, "bias"), make([]float32, m*n)
			for i := range m {
				copy(want[i*n:], bias)
			}
			Gemm(two, false, false, m, n, k, a, k, b, n, want, n, true)
			for _, team := range []*team.Team{nil, two} {
				got := random(m*n, "c")
				GemmBias(team, m, n, k, a, k, b, n, bias, got, n)
				if d := differ(got, want); d > 0 {
					t.Errorf("%v on %d threads: %d numbers differ", s, team.Threads(), d)
				}
			}
		}
	})
}
