package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"protobench/internal/team"
)

// TestColumns compares the kernels with sums over pixels in float64, for channel counts with every
// kind of rest.
func TestColumns(t *testing.T) {
	maps := []Map{Matrix(37, 19), {3, 5, 4, 32, 1}, {2, 3, 7, 44, 1}, {1, 1, 1, 8, 1}, {5, 3, 8, 8, 1}, {9, 5, 6, 16, 1}, {4, 2, 4, 24, 1}, {2, 2, 2, 3, 0}}
	withISA(t, func(t *testing.T) {
		for _, m := range maps {
			t.Run(fmt.Sprint(m), func(t *testing.T) { testColumns(t, m) })
		}
	})
}

func testColumns(t *testing.T, m Map) {
	team := team.New(3)
	defer team.Close()
	n, ch := m.Pixels()*m.Channels, m.Channels
	maps := func(name string) []float32 { return padded(m, random(n, name)) }
	x, dy, add, shift, a, k := maps("x"), maps("dy"), maps("add"), random(ch, "s"), random(ch, "a"), random(ch, "k")
	y, dx := padded(m, nil), padded(m, nil)
	per := func() []float32 { return make([]float32, m.Images*ch) }
	about, sum, square, gs, gd := per(), per(), per(), per(), per()
	m.ColumnSums(team, x, about, sum, square)
	for _, c := range []struct{ add, relu bool }{{false, false}, {false, true}, {true, true}} {
		var plus []float32
		if c.add {
			plus = add
		}
		m.Apply(team, y, behind(x, plus, a, k, c.relu))
		grad := NormGrad{X: x, DY: dy}
		if c.relu {
			grad.Y = y
		}
		m.NormSums(team, grad, shift, gs, gd)
		m.NormApply(team, dx, grad, a, shift, k)
		want := byPixels(m, x, dy, plus, shift, a, k, about, c.relu)
		near(t, "sum", sum, want["sum"])
		near(t, "square sum", square, want["square"])
		near(t, "affine", y, want["y"])
		near(t, "gradient sum", gs, want["gs"])
		near(t, "gradient dot", gd, want["gd"])
		near(t, "dx", dx, want["dx"])
		untouched(t, m, y)
		untouched(t, m, dx)
	}
}

// TestSumRows compares bits with rows added one after the other.
func TestSumRows(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, s := range [][2]int{{0, 5}, {1, 32}, {37, 16}, {64, 48}, {9, 45}} {
			x, got, want := random(s[0]*s[1], "x"), random(s[1], "old"), make([]float32, s[1])
			for r := range s[0] {
				Axpy(1, x[r*s[1]:][:s[1]], want)
			}
			SumRows(got, x, s[0], s[1])
			if d := differ(got, want); d > 0 {
				t.Errorf("%v: %d sums differ", s, d)
			}
		}
	})
}

// TestSumsSideBySide checks that sums have the bits that each image has alone.
func TestSumsSideBySide(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, m := range []Map{{9, 3, 8, 8, 1}, {4, 5, 6, 16, 1}, {6, 2, 3, 24, 0}} {
			one, n := m, m.Pixels()*m.Channels
			one.Images = 1
			x, dy, y, mean := padded(m, random(n, "x")), padded(m, random(n, "dy")), padded(m, random(n, "y")), random(m.Channels, "m")
			for _, g := range []NormGrad{{X: x, DY: dy}, {X: x, DY: dy, Y: y}, {X: x, DY: dy, Scale: mean, Shift: random(m.Channels, "s")}} {
				all, alone := m.allSums(g, mean), [5][]float32{}
				for i := range m.Images {
					h := NormGrad{X: x[i*m.image():], DY: dy[i*m.image():], Scale: g.Scale, Shift: g.Shift}
					if g.Y != nil {
						h.Y = y[i*m.image():]
					}
					for k, s := range one.allSums(h, mean) {
						alone[k] = append(alone[k], s...)
					}
				}
				for k := range all {
					if d := differ(all[k], alone[k]); d > 0 {
						t.Errorf("%v: %d numbers of sum %d differ", m, d, k)
					}
				}
			}
		}
	})
}

// allSums are the shift, the sums of x, and the sums of the gradient.
func (m Map) allSums(g NormGrad, mean []float32) (sums [5][]float32) {
	for i := range sums {
		sums[i] = make([]float32, m.Images*m.Channels)
	}
	m.ColumnSums(nil, g.X, sums[0], sums[1], sums[2])
	m.NormSums(nil, g, mean, sums[3], sums[4])
	return sums
}

func byPixels(m Map, x, dy, add, shift, a, k, about []float32, relu bool) map[string][]float64 {
	out := map[string][]float64{}
	for _, name := range []string{"y", "dx"} {
		out[name] = make([]float64, m.Len())
	}
	for _, name := range []string{"sum", "square", "gs", "gd"} {
		out[name] = make([]float64, m.Images*m.Channels)
	}
	for p := range m.Pixels() {
		image := p / (m.Height * m.Width)
		at := m.Row(image, p/m.Width%m.Height) + p%m.Width*m.Channels
		for j := range m.Channels {
			i, c := at+j, image*m.Channels+j
			d := float64(x[i]) - float64(about[c])
			out["sum"][c] += d
			out["square"][c] += d * d
			z := float64(x[i])*float64(a[j]) + float64(k[j])
			if add != nil {
				z += float64(add[i])
			}
			grad := float64(dy[i])
			if relu && z <= 0 {
				z, grad = 0, 0
			}
			out["y"][i] = z
			out["gs"][c] += grad
			out["gd"][c] += grad * (float64(x[i]) - float64(shift[j]))
			out["dx"][i] = grad*float64(a[j]) + float64(x[i])*float64(shift[j]) + float64(k[j])
		}
	}
	return out
}

func TestReLUKeepsNaN(t *testing.T) {
	const ch = 41 // a wide block, one of eight and one channel behind them
	withISA(t, func(t *testing.T) {
		x, y, one, zero := make([]float32, ch), make([]float32, ch), make([]float32, ch), make([]float32, ch)
		for i := range x {
			x[i], one[i] = float32(math.NaN()), 1
		}
		for _, add := range [][]float32{nil, zero} {
			Matrix(1, ch).Apply(nil, y, behind(x, add, one, zero, true))
			if i := slices.IndexFunc(y, func(v float32) bool { return v == v }); i >= 0 {
				t.Errorf("channel %d: NaN became %g", i, y[i])
			}
		}
	})
}

// TestMisusePanics hands the kernels what they have no code for.
func TestMisusePanics(t *testing.T) {
	m, v, short := Matrix(2, 8), make([]float32, 16), make([]float32, 15)
	for name, f := range map[string]func(){
		"a short output":                     func() { m.Apply(nil, short, behind(v, nil, v, v, true)) },
		"a short sum":                        func() { m.Apply(nil, v, behind(v, short, v, v, true)) },
		"a sum without a ReLU":               func() { m.Apply(nil, v, behind(v, v, v, v, false)) },
		"a norm without a scale":             func() { m.MaskReLU(nil, v, v, Normed{X: v, Shift: v}, nil) },
		"a ReLU without a norm":              func() { m.MaskReLU(nil, v, v, Normed{X: v, ReLU: true}, nil) },
		"nothing to apply":                   func() { m.Apply(nil, v, Plain(v)) },
		"sums of plain maps":                 func() { m.MaskReLU(nil, v, v, Plain(v), &GradSums{v, v, v}) },
		"a short gradient":                   func() { m.NormApply(nil, short, NormGrad{X: v, DY: v}, v, v, v) },
		"a convolution of no images":         func() { NewConv(0, 8, 8, 16, 16, 1) },
		"a convolution of stride 3":          func() { NewConv(1, 8, 8, 16, 16, 3) },
		"a product of more than a matrix":    func() { Gemm(nil, false, false, 2, 8, 1, v, 1, v, 8, short, 8, false) },
		"a convolution of maps without room": func() { NewConv(1, 2, 2, 1, 1, 1).Forward(nil, v, Plain(v), v, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was accepted")
				}
			}()
			f()
		})
	}
}

func BenchmarkColumns(b *testing.B) {
	m := Map{256, 16, 16, 64, 1}
	x, y, dy, a := padded(m, random(m.Pixels()*m.Channels, "x")), padded(m, nil), padded(m, random(m.Pixels()*m.Channels, "dy")), random(m.Channels, "a")
	s := make([]float32, 3*m.Images*m.Channels)
	n := m.Images * m.Channels
	for name, c := range map[string]struct {
		maps int
		run  func()
	}{
		"sums":  {1, func() { m.ColumnSums(nil, x, s, s[n:], s[2*n:]) }},
		"apply": {2, func() { m.Apply(nil, y, behind(x, nil, a, a, true)) }},
		"gsums": {3, func() { m.NormSums(nil, NormGrad{X: x, Y: y, DY: dy}, a, s, s[n:]) }},
		"grad":  {4, func() { m.NormApply(nil, dy, NormGrad{X: x, Y: y, DY: dy}, a, a, a) }},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(4 * c.maps * m.Len()))
			for b.Loop() {
				c.run()
			}
		})
	}
}
