package kernel

import (
	"fmt"
	"testing"

	"protobench/internal/team"
)

// TestPanels multiplies rows with a matrix packed once and compares the bits with those of [Gemm]
// and [GemmBias] over all rows, in one room that larger and smaller matrices take after each other.
func TestPanels(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, threads := range []int{1, 2} {
			team := team.New(threads)
			defer team.Close()
			var p Panels
			for _, s := range [][2]int{{600, 70}, {7, 33}, {192, 96}, {1030, 1}, {512, 32}, {0, 5}} {
				for _, trans := range []bool{false, true} {
					testPanels(t, team, &p, 29, s[1], s[0], trans, (*Panels).Pack, Gemm)
				}
			}
		}
	})
}

// TestPanelsBF16 does the same with [GemmBF16], in rooms that float32 takes in between, with more
// rows than a task of a product takes.
func TestPanelsBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, threads := range []int{1, 2} {
			team := team.New(threads)
			defer team.Close()
			var p Panels
			for _, s := range [][2]int{{2100, 70}, {7, 33}, {192, 96}, {1030, 1}, {1024, 1060}, {0, 5}} {
				if slow(29 * s[0] * s[1]) {
					continue
				}
				for _, trans := range []bool{false, true} {
					testPanels(t, team, &p, 29, s[1], s[0], trans, (*Panels).PackBF16, GemmBF16)
					testPanels(t, team, &p, 13, 7, 600, trans, (*Panels).Pack, Gemm)
				}
			}
		}
	})
}

type (
	packing     func(p *Panels, team *team.Team, trans bool, k, n int, b []float32, ldb int)
	multiplying func(team *team.Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool)
)

func testPanels(t *testing.T, team *team.Team, p *Panels, m, n, k int, trans bool, pack packing, gemm multiplying) {
	t.Helper()
	const pad = 3
	ldb := n + pad
	if trans {
		ldb = k + pad
	}
	lda, ldc := k+pad, n+pad
	a, b, bias := random(m*lda, "a"), random(max(n, k)*ldb, "b"), random(n, "bias")
	pack(p, team, trans, k, n, b, ldb)
	for _, add := range [][]float32{nil, bias} {
		want, got := random(m*ldc, "c"), random(m*ldc, "c")
		if add != nil {
			for i := range m {
				copy(want[i*ldc:], add)
			}
		}
		gemm(nil, false, trans, m, n, k, a, lda, b, ldb, want, ldc, add != nil)
		for lo, hi := 0, 0; lo < m; lo = hi {
			hi = min(m, lo+13)
			p.Multiply(hi-lo, a[lo*lda:], lda, add, got[lo*ldc:], ldc)
		}
		if d := differ(got, want); d > 0 {
			t.Errorf("%s: %d of %d numbers differ", fmt.Sprint(m, n, k, trans, add != nil), d, len(want))
		}
	}
	if p.now.b != nil || p.pairs.b != nil {
		t.Error("panels keep the matrix that they were packed from")
	}
}
