package kernel

import (
	"fmt"
	"math"
	"testing"
)

// winogradShapes are batch, height, width, in, out: odd sizes, tiles beyond the image, channels beside the panels' width,
// more tiles than a block, and slices that are cut into parts.
var winogradShapes = [][5]int{
	{2, 8, 8, 16, 32}, {3, 7, 5, 24, 40}, {5, 4, 4, 64, 16}, {1, 2, 2, 32, 96}, {2, 13, 6, 16, 16}, {9, 16, 16, 32, 24}, {1, 4, 6, 512, 520},
}

// pass is a convolution with everything that goes into it and comes out.
type pass struct {
	c                     *Conv
	x, w, dy, y, dx, dw   []float32
	yWant, dxWant, dwWant []float64
}

func newPass(batch, height, width, in, out int) *pass {
	c := NewConv(batch, height, width, in, out, 1)
	p := &pass{c: c, x: random(batch*height*width*in, "x"), w: random(c.WeightLen(), "w"), dy: random(c.OutLen(), "dy")}
	p.y, p.dx, p.dw = make([]float32, len(p.dy)), make([]float32, len(p.x)), make([]float32, len(p.w))
	return p
}

func (p *pass) run(team *Team) {
	p.c.Forward(team, p.y, p.x, p.w)
	p.c.Backward(team, p.dx, p.dw, p.x, p.dy, p.w)
}

// relative is the root mean square of the error over that of the numbers.
func relative(got []float32, want []float64) float64 {
	var e, s float64
	for i, v := range want {
		d := float64(got[i]) - v
		e, s = e+d*d, s+v*v
	}
	return math.Sqrt(e / s)
}

func TestWinograd(t *testing.T) {
	for _, s := range winogradShapes {
		p := newPass(s[0], s[1], s[2], s[3], s[4])
		if p.c.wino == nil {
			t.Fatalf("%v is not done by Winograd", s)
		}
		y, dx, dw := direct(p.c, p.x, p.w, p.dy)
		withISA(t, func(t *testing.T) {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				for range 2 { // the second round finds used buffers
					p.run(nil)
				}
				for _, r := range []struct {
					what string
					got  []float32
					want []float64
				}{{"y", p.y, y}, {"dx", p.dx, dx}, {"dw", p.dw, dw}} {
					if e := relative(r.got, r.want); !(e <= 1e-6) {
						t.Errorf("%s: relative error %g", r.what, e)
					}
				}
			})
		})
	}
}
