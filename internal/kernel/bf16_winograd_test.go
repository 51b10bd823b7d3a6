package kernel

import (
	"fmt"
	"slices"
	"testing"

	"protobench/internal/team"
)

// filteredBF16 are convolutions by minimal filtering with products of bf16: batch, height, width,
// in, out. Pairs are made by the kernels of their own, or of frequencies where sizes or channels
// do not suit these, or tiles are odd in number.
var filteredBF16 = [][5]int{{2, 8, 8, 16, 32}, {3, 7, 5, 24, 40}, {5, 4, 4, 64, 16}, {2, 13, 6, 16, 16}, {11, 16, 16, 32, 48}, {3, 8, 12, 48, 72}, {7, 2, 4, 32, 96}, {2, 6, 10, 16, 32}}

func filtered(s [5]int) *ConvBF16 {
	c := NewConvBF16(NewConv(s[0], s[1], s[2], s[3], s[4], 1))
	c.wino = tiled(c.shape, smallTile)
	c.wino.bf16 = true
	return c
}

// TestWinogradBF16 compares with the definition in float64. What bf16 loses of operands is 2⁻⁹ at
// most, of which rounding leaves a third on average, and the sums of frequencies raise it.
func TestWinogradBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, s := range filteredBF16 {
			c := filtered(s)
			in, out := c.shape.Input(), c.Output()
			x, w, dy := random(in.Pixels()*s[3], "x"), random(c.WeightLen(), "w"), random(out.Pixels()*s[4], "dy")
			wantY, wantX, wantW := direct(c.shape, x, w, dy)
			team := team.New(2)
			spoil(team)
			px, pdy, got := fenced(in, x), fenced(out, dy), newOutcome(c, in)
			c.Forward(team, got.y, Plain(px), w, nil)
			spoil(team)
			c.Backward(team, got.dx, got.dw, pdy, Plain(px), w, nil)
			team.Close()
			y, dx := make([]float32, len(dy)), make([]float32, len(x))
			out.Unpad(nil, y, got.y)
			in.Unpad(nil, dx, got.dx)
			untouched(t, out, got.y)
			untouched(t, in, got.dx)
			for name, e := range map[string]float64{"y": relative(y, wantY), "dx": relative(dx, wantX), "dw": relative(got.dw, wantW)} {
				if !(e > 1e-4 && e < 6e-3) {
					t.Errorf("%v: %s is off by %.2g", s, name, e)
				}
			}
		}
	})
}

// TestWinogradBF16SameBits compares the kernels with what they stand for.
func TestWinogradBF16SameBits(t *testing.T) {
	for _, s := range filteredBF16 {
		c := filtered(s)
		in, out := c.shape.Input(), c.Output()
		x, w, dy := fenced(in, random(in.Pixels()*s[3], "x")), random(c.WeightLen(), "w"), fenced(out, random(out.Pixels()*s[4], "dy"))
		fast, twin := bothBF16(t, func() []float32 {
			o := newOutcome(c, in)
			c.Forward(nil, o.y, Plain(x), w, nil)
			c.Backward(nil, o.dx, o.dw, dy, Plain(x), w, nil)
			return slices.Concat(o.y, o.dw, o.dx)
		})
		if d := differ(fast, twin); d > 0 {
			t.Errorf("%v: %d of %d numbers differ", s, d, len(fast))
		}
	}
}

// TestNormedWinogradBF16 does to them what [TestNormedConv] does to others.
func TestNormedWinogradBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, s := range filteredBF16 {
			if slow(s[0] * s[1] * s[2] * s[3] * s[4]) {
				continue
			}
			c := filtered(s)
			t.Run(fmt.Sprint(s), func(t *testing.T) { testChains(t, c, c.shape.Input()) })
		}
	})
}
