//go:build linux

package kernel

import (
	"fmt"
	"math"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"protobench/internal/team"

	"pgregory.net/rapid"
)

// guard is memory whose last page may not be touched: arrays that end where that page begins show
// every access past their end.
type guard struct{ floats []float32 }

func newGuard(t *testing.T, n int) guard {
	t.Helper()
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	b, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no memory of our own: ", err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(b) })
	if err := syscall.Mprotect(b[size:], syscall.PROT_NONE); err != nil {
		t.Skip("no memory that cannot be touched: ", err)
	}
	return guard{unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), size/4)}
}

// tail returns the last floats, x copied to their start and NaN behind it as far as capacity
// reaches.
func (g guard) tail(x []float32, slack int) []float32 {
	y := g.floats[len(g.floats)-len(x)-slack:]
	for i := range y[copy(y, x):] {
		y[len(x)+i] = float32(math.NaN())
	}
	return y[:len(x)]
}

// alike checks that runs on all instruction sets that fuse gave the same bits, and returns the
// first.
func alike(t *rapid.T, what string, outs [][]float32) []float32 {
	for _, o := range outs[1:] {
		if n := differ(outs[0], o); n > 0 {
			t.Fatalf("%s: %d numbers differ between instruction sets", what, n)
		}
	}
	return outs[0]
}

// onEach runs f on each instruction set, the pure Go last: fused says how many fuse multiplications
// and additions.
func onEach(f func()) (fused int) {
	defer func(before ISA) { isa = before }(isa)
	for _, isa = range supported() {
		f()
	}
	return max(1, len(supported())-1)
}

// closeTo compares with a tolerance for sums of some thousand products.
func closeTo(t *rapid.T, what string, got []float32, want []float64) {
	var scale float64
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range want {
		if !(math.Abs(float64(got[i])-v) <= 1e-5*scale) {
			t.Fatalf("%s: number %d is %g, not %g", what, i, got[i], v)
		}
	}
}

// TestGemmStaysInside multiplies matrices of every shape that end where memory ends.
func TestGemmStaysInside(t *testing.T) {
	const most = 530 * 140
	ga, gb, gc := newGuard(t, most), newGuard(t, most), newGuard(t, most)
	team := team.New(2)
	defer team.Close()
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(1, 40).Draw(t, "m"), rapid.IntRange(1, 140).Draw(t, "n")
		k := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(500, 530)).Draw(t, "k")
		ta, tb, acc := rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb"), rapid.Bool().Draw(t, "acc")
		lda, ldb := k, n
		if ta {
			lda = m
		}
		if tb {
			ldb = k
		}
		x, y, z := random(m*k, "a"), random(k*n, "b"), random(m*n, "c")
		start := z
		if !acc {
			start = make([]float32, m*n)
		}
		want := naive(ta, tb, m, n, k, x, lda, y, ldb, start, n)
		a, b := ga.tail(x, 0), gb.tail(y, 0)
		var outs [][]float32
		fused := onEach(func() {
			c := gc.tail(z, 0)
			Gemm(team, ta, tb, m, n, k, a, lda, b, ldb, c, n, acc)
			outs = append(outs, slices.Clone(c))
		})
		closeTo(t, "fused", alike(t, "c", outs[:fused]), want)
		closeTo(t, "last", outs[len(outs)-1], want)
	})
}

// TestGemmBiasStaysInside does the same with a bias that ends there too.
func TestGemmBiasStaysInside(t *testing.T) {
	const most = 530 * 140
	ga, gb, gc, gbias := newGuard(t, most), newGuard(t, most), newGuard(t, most), newGuard(t, 140)
	team := team.New(2)
	defer team.Close()
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(1, 40).Draw(t, "m"), rapid.IntRange(1, 140).Draw(t, "n")
		k := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(500, 530)).Draw(t, "k")
		x, y, bias, start := random(m*k, "a"), random(k*n, "b"), random(n, "bias"), make([]float32, m*n)
		for i := range m {
			copy(start[i*n:], bias)
		}
		want := naive(false, false, m, n, k, x, k, y, n, start, n)
		a, b, add := ga.tail(x, 0), gb.tail(y, 0), gbias.tail(bias, 0)
		var outs [][]float32
		fused := onEach(func() {
			c := gc.tail(start, 0)
			GemmBias(team, m, n, k, a, k, b, n, add, c, n)
			outs = append(outs, slices.Clone(c))
		})
		closeTo(t, "fused", alike(t, "c", outs[:fused]), want)
		closeTo(t, "last", outs[len(outs)-1], want)
	})
}

// TestConvStaysInside convolves maps of every shape that end, with their slack, where memory ends.
func TestConvStaysInside(t *testing.T) {
	const most = 1 << 17
	var g [6]guard
	for i := range g {
		g[i] = newGuard(t, most)
	}
	two := team.New(2)
	defer two.Close()
	channels := rapid.OneOf(rapid.IntRange(1, 9), rapid.SampledFrom([]int{16, 17, 24, 31, 32, 33, 40, 48}))
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 10)
		c := NewConv(rapid.IntRange(1, 9).Draw(t, "batch"), side.Draw(t, "height"), side.Draw(t, "width"), channels.Draw(t, "in"), channels.Draw(t, "out"), rapid.IntRange(1, 2).Draw(t, "stride"))
		in, out := c.Input(), c.Output()
		x, w, dy := random(in.Pixels()*in.Channels, "x"), random(c.WeightLen(), "w"), random(out.Pixels()*out.Channels, "dy")
		wantY, wantX, wantW := direct(c, x, w, dy)
		var outs [3][][]float32
		mx, mdy, mw := g[0].tail(padded(in, x), Slack), g[1].tail(padded(out, dy), Slack), g[2].tail(w, 0)
		run := func(team *team.Team) {
			y, dx, dw := g[3].tail(padded(out, nil), Slack), g[4].tail(padded(in, nil), Slack), g[5].tail(w, 0)
			c.Forward(team, y, Plain(mx), mw, nil)
			c.Backward(team, dx, dw, mdy, Plain(mx), mw, nil)
			uy, ux := make([]float32, len(dy)), make([]float32, len(x))
			out.Unpad(nil, uy, y)
			in.Unpad(nil, ux, dx)
			for i, o := range [][]float32{uy, ux, slices.Clone(dw)} {
				outs[i] = append(outs[i], o)
			}
		}
		fused := onEach(func() { run(nil); run(two) })
		for i, want := range [][]float64{wantY, wantX, wantW} {
			what := fmt.Sprint("output ", i)
			alike(t, what, outs[i][:2*fused])
			alike(t, what+" of the last instruction set", outs[i][len(outs[i])-2:])
			closeTo(t, what, outs[i][0], want)
			closeTo(t, what, outs[i][len(outs[i])-1], want)
		}
	})
}
