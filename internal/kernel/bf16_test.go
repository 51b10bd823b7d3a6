package kernel

import (
	"fmt"
	"math"
	"testing"

	"protobench/internal/stream"
	"protobench/internal/team"
)

// withBF16 runs f with the instructions, where the processor has them, and with their twin.
func withBF16(t *testing.T, f func(t *testing.T)) {
	defer func(before ISA) { isa = before }(isa)
	for _, s := range []ISA{AVX512, Generic} {
		if isa = s; s == Generic || HasBF16() {
			t.Run(string(s), f)
		}
	}
}

// slow reports whether a case of so many multiplications is left to the instructions: their slow
// twin has no branch that smaller ones do not reach.
func slow(multiplications int) bool { return isa == Generic && multiplications > 1<<20 }

// bothBF16 returns what f gives with the instructions and with their twin. It skips where there is
// but the twin.
func bothBF16(t *testing.T, f func() []float32) (fast, twin []float32) {
	t.Helper()
	defer func(before ISA) { isa = before }(isa)
	if isa = AVX512; !HasBF16() {
		t.Skip("this processor has no AVX512_BF16")
	}
	fast = f()
	isa = Generic
	return fast, f()
}

func differingBits(x, y []float32) (n int) {
	for i := range x {
		if math.Float32bits(x[i]) != math.Float32bits(y[i]) {
			n++
		}
	}
	return n
}

// anyFloats draws numbers of all magnitudes, those below the normal ones and infinities among them.
func anyFloats(n int, purpose string, exponents [2]int) []float32 {
	r, x := stream.New(2, purpose), make([]float32, n)
	for i := range x {
		e := exponents[0] + r.IntN(exponents[1]-exponents[0])
		x[i] = math.Float32frombits(r.Uint32()&0x807fffff | uint32(e)<<23)
	}
	return x
}

// TestRounding compares the rounding to pairs with what the standard says about halves, and the
// instruction with its twin on numbers of all kinds.
func TestRoundingBF16(t *testing.T) {
	for _, c := range []struct{ from, to uint32 }{
		{0x3f800000, 0x3f80}, {0x3f808000, 0x3f80}, {0x3f808001, 0x3f81}, {0x3f818000, 0x3f82}, {0xbf818000, 0xbf82},
		{0x7f7fffff, 0x7f80}, {0xff800000, 0xff80}, {0x7f800001, 0x7fc0}, {0x007fffff, 0}, {0x80000001, 0x8000}, {0x00800000, 0x0080},
	} {
		if got := roundBF16(math.Float32frombits(c.from)); got != c.to {
			t.Errorf("%08x: got %04x, want %04x", c.from, got, c.to)
		}
	}
	for _, n := range []int{1, 2, 15, 16, 17, 31, 32, 33, 47, 64, 99} {
		const rows, pitch = 5, 103
		x := anyFloats(rows*pitch, "x", [2]int{0, 256})
		for _, f := range []func(dst []float32){
			func(dst []float32) { narrowRows(dst, 60, x, pitch, n, rows) },
			func(dst []float32) { pairDown(dst, 100, x, pitch, n, rows) },
		} {
			fast, twin := bothBF16(t, func() []float32 {
				dst := make([]float32, 600)
				f(dst)
				return dst
			})
			if d := differingBits(fast, twin); d > 0 {
				t.Errorf("rows of %d: %d pairs differ", n, d)
			}
		}
	}
}

// TestPairsOfBF16 checks the tile's arithmetic against its twin where sums and products are large,
// small, and below the normal numbers.
func TestPairsOfBF16(t *testing.T) {
	for _, exponents := range [][2]int{{120, 134}, {60, 70}, {55, 72}, {0, 130}, {1, 3}} {
		a, b, c := anyFloats(12*40, "a", exponents), anyFloats(40*32, "b", exponents), anyFloats(12*32, "c", [2]int{0, 2})
		fast, twin := bothBF16(t, func() []float32 {
			out := append([]float32(nil), c...)
			GemmBF16(nil, false, false, 12, 32, 40, a, 40, b, 32, out, 32, true)
			return out
		})
		if d := differingBits(fast, twin); d > 0 {
			t.Errorf("exponents %v: %d sums differ", exponents, d)
		}
	}
}

// rounded are the numbers that a product of bf16 reads.
func rounded(x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i], _ = split(pairOf(v, 0))
	}
	return y
}

func TestGemmBF16(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	sizes := [][3]int{{1, 1, 1}, {3, 5, 7}, {4, 32, 16}, {5, 33, 17}, {12, 64, 600}, {13, 31, 1025}, {27, 300, 40}, {64, 20, 2100}, {200, 16, 64}, {3, 7, 0}}
	withBF16(t, func(t *testing.T) {
		for _, s := range sizes {
			for mask := range 8 {
				testGemmBF16(t, two, s[0], s[1], s[2], mask&1 > 0, mask&2 > 0, mask&4 > 0)
			}
		}
	})
}

func testGemmBF16(t *testing.T, two *team.Team, m, n, k int, ta, tb, acc bool) {
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
	want := naive(ta, tb, m, n, k, rounded(a), lda, rounded(b), ldb, start, ldc)
	got, again := append([]float32(nil), c...), append([]float32(nil), c...)
	GemmBF16(nil, ta, tb, m, n, k, a, lda, b, ldb, got, ldc, acc)
	GemmBF16(two, ta, tb, m, n, k, a, lda, b, ldb, again, ldc, acc)
	if d := differingBits(got, again); d > 0 {
		t.Fatalf("%dx%dx%d: %d numbers differ on two threads", m, n, k, d)
	}
	for i := range got {
		r, j := i/ldc, i%ldc
		switch {
		case j >= n && got[i] != c[i]:
			t.Fatalf("%dx%dx%d: wrote outside of C", m, n, k)
		case j < n && !(math.Abs(float64(got[i])-want[r*n+j]) <= 1e-5*math.Sqrt(float64(k+1))*8):
			t.Fatalf("%dx%dx%d ta %v tb %v acc %v: %g, not %g at %d,%d", m, n, k, ta, tb, acc, got[i], want[r*n+j], r, j)
		}
	}
}

// TestGemmBF16SameBits compares products by the instructions with those by their twin.
func TestGemmBF16SameBits(t *testing.T) {
	for _, s := range [][3]int{{29, 70, 1100}, {12, 16, 33}, {200, 45, 65}} {
		for mask := range 4 {
			m, n, k, ta, tb := s[0], s[1], s[2], mask&1 > 0, mask&2 > 0
			a, b, bias := random(m*k, "a"), random(k*n, "b"), random(n, "bias")
			lda, ldb := k, n
			if ta {
				lda = m
			}
			if tb {
				ldb = k
			}
			fast, twin := bothBF16(t, func() []float32 {
				c := make([]float32, m*n)
				if mask == 0 {
					GemmBiasBF16(nil, m, n, k, a, lda, b, ldb, bias, c, n)
				} else {
					GemmBF16(nil, ta, tb, m, n, k, a, lda, b, ldb, c, n, false)
				}
				return c
			})
			if d := differingBits(fast, twin); d > 0 {
				t.Errorf("%v, transposed %v %v: %d numbers differ", s, ta, tb, d)
			}
		}
	}
}

// TestGemmBiasBF16 compares the product that begins with a bias with the one on a C whose rows are
// the bias.
func TestGemmBiasBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, s := range [][3]int{{1, 1, 1}, {5, 33, 17}, {13, 15, 2060}, {27, 70, 40}, {3, 7, 0}} {
			m, n, k := s[0], s[1], s[2]
			a, b, bias, want, got := random(m*k, "a"), random(k*n, "b"), random(n, "bias"), make([]float32, m*n), random(m*n, "c")
			for i := range m {
				copy(want[i*n:], bias)
			}
			GemmBF16(nil, false, false, m, n, k, a, k, b, n, want, n, true)
			GemmBiasBF16(nil, m, n, k, a, k, b, n, bias, got, n)
			if d := differingBits(got, want); d > 0 {
				t.Errorf("%v: %d numbers differ", s, d)
			}
		}
	})
}

func BenchmarkGemmBF16(b *testing.B) {
	shapes := []struct {
		transA, transB bool
		m, n, k        int
	}{
		{false, false, 1024, 1024, 1024},
		{false, false, 1024, 576, 192}, {true, false, 192, 576, 1024}, {false, true, 1024, 192, 576},
		{false, false, 1024, 192, 768}, {true, false, 768, 192, 1024},
		{false, true, 65, 65, 64}, {false, false, 65, 64, 65}, // an attention head
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
					GemmBF16(team, s.transA, s.transB, s.m, s.n, s.k, x, lda, y, ldb, z, s.n, false)
				}
				b.ReportMetric(2e-9*float64(s.m)*float64(s.n)*float64(s.k)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}
