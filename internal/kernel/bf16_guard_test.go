//go:build linux

package kernel

import (
	"slices"
	"testing"

	"protobench/internal/team"

	"pgregory.net/rapid"
)

// onBoth runs f with the instructions for bf16, where the processor has them, and with their twin.
func onBoth(f func()) {
	defer func(before ISA) { isa = before }(isa)
	for _, s := range []ISA{AVX512, Generic} {
		if isa = s; s == Generic || HasBF16() {
			f()
		}
	}
}

// TestGemmBF16StaysInside multiplies matrices of every shape that end where memory ends.
func TestGemmBF16StaysInside(t *testing.T) {
	const most = 1060 * 70
	ga, gb, gc := newGuard(t, most), newGuard(t, most), newGuard(t, most)
	team := team.New(2)
	defer team.Close()
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(1, 30).Draw(t, "m"), rapid.IntRange(1, 70).Draw(t, "n")
		k := rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1015, 1040)).Draw(t, "k")
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
		want := naive(ta, tb, m, n, k, rounded(x), lda, rounded(y), ldb, start, n)
		a, b := ga.tail(x, 0), gb.tail(y, 0)
		var outs [][]float32
		onBoth(func() {
			c := gc.tail(z, 0)
			GemmBF16(team, ta, tb, m, n, k, a, lda, b, ldb, c, n, acc)
			outs = append(outs, slices.Clone(c))
		})
		closeTo(t, "c", alike(t, "c", outs), want)
	})
}

// TestConvBF16StaysInside convolves maps whose slack ends where memory ends.
func TestConvBF16StaysInside(t *testing.T) {
	const most = 1 << 18
	gx, gy, gdx, gdw, gw := newGuard(t, most), newGuard(t, most), newGuard(t, most), newGuard(t, most), newGuard(t, most)
	team := team.New(2)
	defer team.Close()
	rapid.Check(t, func(t *rapid.T) {
		side := func(name string) int { return rapid.IntRange(1, 9).Draw(t, name) }
		in, out := rapid.IntRange(1, 20).Draw(t, "in")*2, rapid.IntRange(1, 20).Draw(t, "out")*2
		shape := NewConv(rapid.IntRange(1, 7).Draw(t, "images"), side("height"), side("width"), in, out, rapid.IntRange(1, 2).Draw(t, "stride"))
		c := NewConvBF16(shape)
		if rapid.Bool().Draw(t, "minimal") && shape.wino != nil {
			c.wino = tiled(shape, smallTile)
			c.wino.bf16 = true
		}
		mx, my := shape.Input(), shape.Output()
		x, dy := gx.tail(padded(mx, random(mx.Pixels()*in, "x")), Slack), gy.tail(padded(my, random(my.Pixels()*out, "dy")), Slack)
		w := gw.tail(random(c.WeightLen(), "w"), 0)
		var outs [][]float32
		onBoth(func() {
			y, dx, dw := padded(my, nil), gdx.tail(make([]float32, mx.Len()), Slack), gdw.tail(make([]float32, len(w)), 0)
			c.Forward(team, y, Plain(x), w, nil)
			c.Backward(team, dx, dw, dy, Plain(x), w, nil)
			outs = append(outs, slices.Concat(y, dx, dw))
		})
		alike(t, "y, dx and dw", outs)
	})
}
