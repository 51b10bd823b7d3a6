package kernel

import (
	"fmt"
	"testing"
)

// TestNormedConv compares convolutions that apply a batch norm where they read their maps, and take the sums of their results, with the
// steps one after the other: the same bits on every instruction set and any team.
func TestNormedConv(t *testing.T) {
	shapes := []*Conv{ // images, height, width, in, out, stride
		NewConv(7, 9, 8, 5, 40, 1), NewConv(20, 8, 8, 16, 32, 2), NewConv(5, 12, 12, 8, 16, 2), NewConv(9, 6, 10, 3, 7, 1),
		NewConv(3, 16, 16, 16, 48, 1), NewConv(13, 4, 4, 32, 16, 1), NewConv(26, 3, 5, 24, 16, 1), NewConv(3, 7, 9, 16, 40, 1), NewConv(2, 5, 5, 64, 64, 2),
	}
	withISA(t, func(t *testing.T) {
		for _, c := range shapes {
			for _, tile := range []int{0, 2, 4} {
				if c.Stride == 2 && tile > 0 {
					continue
				}
				c.UseWinograd(tile)
				for _, relu := range []bool{false, true} {
					t.Run(fmt.Sprint(c.Input(), c.Out, "/", c.Stride, "/", tile, relu), func(t *testing.T) { testNormedConv(t, c, relu) })
				}
			}
		}
	})
}

func testNormedConv(t *testing.T, c *Conv, relu bool) {
	in, out := c.Input(), c.Output()
	maps := func(m Map, name string) []float32 { return padded(m, random(m.Pixels()*m.Channels, name)) }
	z, dy, w := maps(in, "z"), maps(out, "dy"), random(c.WeightLen(), "w")
	normed := Normed{X: z, Scale: random(c.In, "scale"), Shift: random(c.In, "shift"), ReLU: relu}
	n := out.Images * out.Channels
	type outcome struct {
		y, dw, dx []float32
		sums      Sums
	}
	fresh := func() outcome {
		per := func() []float32 { return make([]float32, n) }
		return outcome{padded(out, nil), make([]float32, c.WeightLen()), padded(in, nil), Sums{per(), per(), per()}}
	}
	want := fresh()
	u := padded(in, nil)
	in.Affine(nil, u, z, nil, normed.Scale, normed.Shift, relu)
	c.Forward(nil, want.y, u, w)
	out.ColumnSums(nil, want.y, want.sums.Shift, want.sums.Sum, want.sums.Square)
	c.Backward(nil, want.dx, want.dw, dy, u, w)
	for _, threads := range []int{1, 2, 3} {
		team := NewTeam(threads)
		copy(team.Scratch(1<<20), random(1<<20, "old numbers")) // what calls leave there
		got := fresh()
		c.ForwardNormed(team, got.y, normed, w, &got.sums)
		c.BackwardNormed(team, got.dx, got.dw, dy, normed, w)
		team.Close()
		for name, p := range map[string][2][]float32{
			"y": {got.y, want.y}, "dw": {got.dw, want.dw}, "dx": {got.dx, want.dx}, "shift": {got.sums.Shift, want.sums.Shift},
			"sum": {got.sums.Sum, want.sums.Sum}, "square": {got.sums.Square, want.sums.Square},
		} {
			if d := differ(p[0], p[1]); d > 0 {
				t.Errorf("%d threads: %d of %d numbers of %s differ", threads, d, len(p[0]), name)
			}
		}
		untouched(t, out, got.y)
		untouched(t, in, got.dx)
	}
}

// TestMaskAgain masks gradients by what a ReLU's output was made of rather than by that output.
func TestMaskAgain(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, m := range []Map{Matrix(37, 19), {3, 5, 4, 32, 1}, {2, 3, 7, 44, 1}, {1, 1, 1, 8, 1}} {
			n := m.Pixels() * m.Channels
			x, dy, y := padded(m, random(n, "x")), padded(m, random(n, "dy")), padded(m, nil)
			scale, shift := random(m.Channels, "scale"), random(m.Channels, "shift")
			m.Affine(nil, y, x, nil, scale, shift, true)
			var outs [2][3][]float32
			for i, g := range []NormGrad{{X: x, DY: dy, Y: y}, {X: x, DY: dy, Scale: scale, Shift: shift}} {
				o := &outs[i]
				o[0], o[1], o[2] = make([]float32, m.Images*m.Channels), make([]float32, m.Images*m.Channels), padded(m, nil)
				m.NormSums(nil, g, shift, o[0], o[1])
				m.NormApply(nil, o[2], g, scale, shift, shift)
			}
			for i := range outs[0] {
				if d := differ(outs[0][i], outs[1][i]); d > 0 {
					t.Errorf("%v: %d numbers of array %d differ", m, d, i)
				}
			}
		}
	})
}
