package kernel

import (
	"fmt"
	"slices"
	"testing"

	"protobench/internal/team"
)

// behind are maps behind one norm, with plain maps added where they are not nil.
func behind(x, add, scale, shift []float32, relu bool) Normed {
	n := Normed{X: x, Scale: scale, Shift: shift, ReLU: relu}
	if add != nil {
		n.Add = &Normed{X: add}
	}
	return n
}

// chain makes maps behind several norms, each added to the next one, and what they are when written
// out. The first maps and the third have no border.
func chain(m Map, length int, relu bool) (Normed, []float32) {
	var add *Normed
	var y []float32
	for i := range length {
		bare := i%2 == 0
		name := func(what string) string { return fmt.Sprint(what, i) }
		n := &Normed{
			X: padded(m.without(bare), random(m.Pixels()*m.Channels, name("z"))), Scale: random(m.Channels, name("scale")), Shift: random(m.Channels, name("shift")),
			ReLU: relu || i > 0, Add: add, Bare: bare,
		}
		plus := y
		y = padded(m, nil)
		m.Apply(nil, y, behind(bordered(m, n), plus, n.Scale, n.Shift, n.ReLU))
		add = n
	}
	return *add, y
}

// bordered are a norm's maps with their border.
func bordered(m Map, n *Normed) []float32 {
	if !n.Bare {
		return n.X
	}
	return padded(m, n.X)
}

// convolver is either kind of convolution.
type convolver interface {
	Output() Map
	Bare(bare bool)
	Result() Map
	WeightLen() int
	Forward(team *team.Team, y []float32, x Normed, weights []float32, sums *Sums)
	Backward(team *team.Team, dx, dw, dy []float32, x Normed, weights []float32, sums *GradSums)
}

// TestNormedConv compares convolutions that apply batch norms where they read their maps, and take
// the sums of their results, with the steps one after the other: the same bits on every instruction
// set and any team.
func TestNormedConv(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, s := range [][6]int{ // images, height, width, in, out, stride
			{7, 9, 8, 5, 40, 1}, {20, 8, 8, 16, 32, 2}, {5, 12, 12, 8, 16, 2}, {9, 6, 10, 3, 7, 1},
			{3, 16, 16, 16, 48, 1}, {13, 4, 4, 32, 16, 1}, {26, 3, 5, 24, 16, 1}, {3, 7, 9, 16, 40, 1}, {2, 5, 5, 64, 64, 2},
		} {
			for _, tile := range []int{0, 2, 4} {
				c := NewConv(s[0], s[1], s[2], s[3], s[4], s[5])
				if c.UseWinograd(tile); c.wino == nil && tile > 0 {
					continue
				}
				t.Run(fmt.Sprint(s, tile), func(t *testing.T) { testChains(t, c, c.Input()) })
			}
		}
	})
}

// TestNormedPointwise has maps of one and of several chunks.
func TestNormedPointwise(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, s := range [][6]int{{3, 5, 6, 8, 16, 2}, {20, 32, 32, 8, 9, 2}, {150, 8, 8, 5, 16, 1}, {1, 1, 1, 3, 2, 3}} {
			m := Map{s[0], s[1], s[2], s[3], 1}
			t.Run(fmt.Sprint(s), func(t *testing.T) { testChains(t, NewPointwise(m, s[4], s[5]), m) })
		}
	})
}

// outcome is what a convolution computes.
type outcome struct {
	y, dw, dx []float32
	sums      Sums
	grads     GradSums
}

func newOutcome(c convolver, in Map) outcome {
	n := c.Output().Images * c.Output().Channels
	per := func(n int) []float32 { return make([]float32, n) }
	return outcome{
		padded(c.Output(), nil), per(c.WeightLen()), padded(in, nil), Sums{per(n), per(n), per(n)},
		GradSums{random(in.Channels, "mean"), per(in.Images * in.Channels), per(in.Images * in.Channels)},
	}
}

// testChains reads maps behind one norm, as a block's first convolution does, and behind several,
// whose sums of gradients are not a convolution's to take.
func testChains(t *testing.T, c convolver, in Map) {
	left := random(1<<18, "old numbers")
	for _, norms := range []struct {
		count int
		relu  bool // behind the first
	}{{1, false}, {1, true}, {2, false}, {3, true}} {
		t.Run(fmt.Sprint(norms), func(t *testing.T) { testNormed(t, c, in, norms.count, norms.relu, left) })
	}
}

// testNormed finds the numbers of other calls left in the team's scratch.
func testNormed(t *testing.T, c convolver, in Map, length int, relu bool, left []float32) {
	out := c.Output()
	dy, w := padded(out, random(out.Pixels()*out.Channels, "dy")), random(c.WeightLen(), "w")
	normed, u := chain(in, length, relu)
	want := newOutcome(c, in)
	c.Forward(nil, want.y, Plain(u), w, nil)
	out.ColumnSums(nil, want.y, want.sums.Shift, want.sums.Sum, want.sums.Square)
	c.Backward(nil, want.dx, want.dw, dy, Plain(u), w, nil)
	masked := NormGrad{X: bordered(in, &normed), DY: want.dx}
	if relu {
		masked.Y = u
	}
	in.NormSums(nil, masked, want.grads.Mean, want.grads.Sum, want.grads.Dot)
	testBare(t, c, normed, w, want)
	for _, threads := range []int{1, 3} {
		team := team.New(threads)
		old := team.Scratch(len(left))
		copy(old, left)
		got := newOutcome(c, in)
		c.Forward(team, got.y, normed, w, &got.sums)
		copy(old, left)
		sums := &got.grads
		if normed.Add != nil {
			sums, want.grads = nil, got.grads
		}
		c.Backward(team, got.dx, got.dw, dy, normed, w, sums)
		team.Close()
		for name, p := range map[string][2][]float32{
			"y": {got.y, want.y}, "dw": {got.dw, want.dw}, "dx": {got.dx, want.dx}, "shift": {got.sums.Shift, want.sums.Shift},
			"sum": {got.sums.Sum, want.sums.Sum}, "square": {got.sums.Square, want.sums.Square},
			"gradient sum": {got.grads.Sum, want.grads.Sum}, "gradient dot": {got.grads.Dot, want.grads.Dot},
		} {
			if d := differ(p[0], p[1]); d > 0 {
				t.Errorf("%d threads: %d of %d numbers of %s differ", threads, d, len(p[0]), name)
			}
		}
		untouched(t, out, got.y)
		untouched(t, in, got.dx)
	}
}

// testBare has a convolution write maps without a border.
func testBare(t *testing.T, c convolver, x Normed, w []float32, want outcome) {
	c.Bare(true)
	defer c.Bare(false)
	m := c.Result()
	if (m.Halo > 0) != (m.Channels < 32) {
		t.Errorf("the border of maps %+v", m)
	}
	if m.Halo > 0 {
		return
	}
	y, sums := padded(m, nil), newOutcome(c, m).sums
	c.Forward(nil, y, x, w, &sums)
	d := differ(padded(c.Output(), y), want.y) + differ(sums.Sum, want.sums.Sum) + differ(sums.Square, want.sums.Square)
	if untouched(t, m, y); d > 0 {
		t.Errorf("%d numbers differ without a border", d)
	}
}

// TestPointwise compares a convolution of several chunks with sums in float64.
func TestPointwise(t *testing.T) {
	withISA(t, func(t *testing.T) {
		m := Map{20, 31, 32, 6, 1}
		p := NewPointwise(m, 7, 2)
		o := p.Output()
		if p.images >= m.Images {
			t.Fatal("one chunk")
		}
		x, dy, w := padded(m, random(m.Pixels()*6, "x")), padded(o, random(o.Pixels()*7, "dy")), random(42, "w")
		got := newOutcome(p, m)
		p.Forward(nil, got.y, Plain(x), w, nil)
		p.Backward(nil, got.dx, got.dw, dy, Plain(x), w, nil)
		y, dx, dw := make([]float64, o.Len()), make([]float64, m.Len()), make([]float64, 42)
		for i := range o.Pixels() {
			image, r, c := i/(o.Height*o.Width), i/o.Width%o.Height, i%o.Width
			from, to := m.Row(image, 2*r)+2*c*6, o.Row(image, r)+c*7
			for j := range 42 {
				a, b := from+j/7, to+j%7
				y[b] += float64(x[a]) * float64(w[j])
				dx[a] += float64(dy[b]) * float64(w[j])
				dw[j] += float64(x[a]) * float64(dy[b])
			}
		}
		near(t, "y", got.y, y)
		near(t, "dx", got.dx, dx)
		near(t, "dw", got.dw, dw)
	})
}

// TestDeferredMaps writes chains of norms out, and masks by them.
func TestDeferredMaps(t *testing.T) {
	withISA(t, func(t *testing.T) {
		team := team.New(2)
		defer team.Close()
		for _, m := range []Map{Matrix(37, 19), {3, 5, 4, 32, 1}, {2, 40, 7, 44, 1}, {1, 1, 1, 8, 1}, {5, 3, 8, 8, 1}, {9, 5, 6, 16, 1}, {4, 2, 4, 24, 1}} {
			for length := range 3 {
				normed, u := chain(m, 1+length, true)
				y, g, want := padded(m, nil), padded(m, nil), padded(m, nil)
				dy := padded(m, random(m.Pixels()*m.Channels, "dy"))
				m.Apply(team, y, normed)
				n := m.Images * m.Channels
				got := GradSums{random(m.Channels, "mean"), make([]float32, n), make([]float32, n)}
				sum, dot := make([]float32, n), make([]float32, n)
				m.MaskReLU(team, g, dy, normed, &got)
				m.MaskReLU(team, want, dy, Plain(u), nil)
				m.NormSums(team, NormGrad{X: normed.X, DY: want, Bare: normed.Bare}, got.Mean, sum, dot)
				if d, e, f := differ(y, u), differ(g, want), differ(sum, got.Sum)+differ(dot, got.Dot); d+e+f > 0 {
					t.Errorf("%v: %d numbers, %d gradients and %d sums differ", m, d, e, f)
				}
				if i := slices.IndexFunc(want, func(v float32) bool { return v != 0 }); i < 0 && len(want) > 64 {
					t.Error("no gradient passes")
				}
			}
		}
	})
}

// TestMaskAgain masks gradients by what a ReLU's output was made of rather than by that output, and
// reads inputs with and without a border.
func TestMaskAgain(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, m := range []Map{Matrix(37, 19), {3, 5, 4, 32, 1}, {2, 3, 7, 44, 1}, {1, 1, 1, 8, 1}, {5, 3, 8, 8, 1}, {9, 5, 6, 16, 1}, {4, 2, 4, 24, 1}} {
			n := m.Pixels() * m.Channels
			x, dy, y := padded(m, random(n, "x")), padded(m, random(n, "dy")), padded(m, nil)
			scale, shift := random(m.Channels, "scale"), random(m.Channels, "shift")
			m.Apply(nil, y, behind(x, nil, scale, shift, true))
			var outs [4][3][]float32
			bare := make([]float32, n)
			m.Unpad(nil, bare, x)
			for i, g := range []NormGrad{
				{X: x, DY: dy, Y: y}, {X: x, DY: dy, Scale: scale, Shift: shift}, {X: bare, DY: dy, Y: y, Bare: true}, {X: bare, DY: dy, Scale: scale, Shift: shift, Bare: true},
			} {
				o := &outs[i]
				o[0], o[1], o[2] = make([]float32, m.Images*m.Channels), make([]float32, m.Images*m.Channels), padded(m, nil)
				m.NormSums(nil, g, shift, o[0], o[1])
				m.NormApply(nil, o[2], g, scale, shift, shift)
			}
			for k := range outs {
				for i := range outs[k] {
					if d := differ(outs[0][i], outs[k][i]); d > 0 {
						t.Errorf("%v: %d numbers of array %d differ in form %d", m, d, i, k)
					}
				}
			}
		}
	})
}
