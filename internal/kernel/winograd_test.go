package kernel

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// winogradShapes are batch, height, width, in, out: odd sizes, tiles beyond the image, channels beside the panels' width,
// more tiles than a block in every slice, and gradients that are cut into slices, into parts, and into both.
var winogradShapes = [][5]int{
	{2, 8, 8, 16, 32}, {3, 7, 5, 24, 40}, {5, 4, 4, 64, 16}, {1, 2, 2, 32, 96}, {2, 13, 6, 16, 16}, {11, 16, 16, 32, 24},
	{1, 4, 6, 264, 280}, {1, 4, 4, 512, 520},
}

// pass is a convolution with what goes into it and comes out: maps, and the same numbers without their halo.
type pass struct {
	c                   *Conv
	x, w, dy, y, dx, dw []float32
	mx, mdy, my, mdx    []float32
}

func newPass(batch, height, width, in, out int) *pass {
	c := NewConv(batch, height, width, in, out, 1)
	p := &pass{c: c, x: random(batch*height*width*in, "x"), w: random(c.WeightLen(), "w"), dy: random(batch*height*width*out, "dy")}
	p.y, p.dx, p.dw = make([]float32, len(p.dy)), make([]float32, len(p.x)), make([]float32, len(p.w))
	p.mx, p.mdx = fenced(c.Input(), p.x), fenced(c.Input(), nil)
	p.my, p.mdy = fenced(c.Output(), nil), fenced(c.Output(), p.dy)
	return p
}

// fenced returns maps with NaN behind them, for several rows.
func fenced(m Map, x []float32) []float32 {
	y := make([]float32, m.Len()+Slack+4*m.row())
	for i := m.Len(); i < len(y); i++ {
		y[i] = float32(math.NaN())
	}
	if x != nil {
		m.Pad(nil, y, x)
	}
	return y[:m.Len()]
}

func (p *pass) run(team *Team) {
	p.c.Forward(team, p.my, p.mx, p.w)
	p.c.Backward(team, p.mdx, p.dw, p.mdy, p.mx, p.w)
	p.c.Output().Unpad(team, p.y, p.my)
	p.c.Input().Unpad(team, p.dx, p.mdx)
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

// spoil fills a team's scratch with NaN: nothing may be read that was not written.
func spoil(team *Team) {
	for i := range team.scratch {
		team.scratch[i] = float32(math.NaN())
	}
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
				team := NewTeam(1)
				defer team.Close()
				p.run(team)
				spoil(team)
				p.run(team)
				untouched(t, p.c.Output(), p.my)
				untouched(t, p.c.Input(), p.mdx)
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

func TestWinogradBits(t *testing.T) {
	defer func(before ISA) { isa = before }(isa)
	have := supported()
	for _, s := range winogradShapes {
		isa = have[0]
		want := newPass(s[0], s[1], s[2], s[3], s[4])
		want.run(nil)
		for _, isa = range have {
			if isa == Generic && have[0] != Generic {
				continue // rounds twice where the others fuse
			}
			for threads := 1; threads <= 3; threads++ {
				team := NewTeam(threads)
				got := newPass(s[0], s[1], s[2], s[3], s[4])
				got.run(team)
				team.Close()
				for what, pair := range map[string][2][]float32{"y": {got.y, want.y}, "dx": {got.dx, want.dx}, "dw": {got.dw, want.dw}} {
					if n := differ(pair[0], pair[1]); n > 0 {
						t.Errorf("%v %s on %s with %d threads: %d numbers differ", s, what, isa, threads, n)
					}
				}
			}
		}
	}
}

func differ(a, b []float32) int {
	n := 0
	for i, v := range a {
		if math.Float32bits(v) != math.Float32bits(b[i]) {
			n++
		}
	}
	return n
}

// TestWinogradTransforms holds the assembly to its twin, bit by bit.
func TestWinogradTransforms(t *testing.T) {
	const tiles, blocks, pitch = 3, 2, 24
	defer func(before ISA) { isa = before }(isa)
	for to := winogradInput; to <= winogradTaps; to++ {
		var results [][]float32
		for _, isa = range supported() {
			pix, freq := random(4*4*tiles*pitch, "pixels"), random(frequencies*tiles*pitch, "frequencies")
			tr := transform{
				pix: unsafe.Pointer(&pix[0]), row: 4 * 4 * tiles * pitch, col: 4 * tiles * pitch, freq: unsafe.Pointer(&freq[0]),
				plane: 4 * tiles * pitch, tiles: tiles, blocks: blocks, pixSkip: 4 * (pitch - channelBlock*blocks), freqSkip: 4 * (pitch - channelBlock*blocks),
			}
			tr.run(to)
			results = append(results, append(pix, freq...))
		}
		for i, r := range results[1:] {
			if n := differ(r, results[0]); n > 0 {
				t.Errorf("transformation %d on %s: %d numbers differ", to, supported()[i+1], n)
			}
		}
	}
}

// TestWinogradAdjoint uses that y is linear in x and in w: Σ y·dy = Σ x·dx = Σ w·dw.
func TestWinogradAdjoint(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		channels := rapid.IntRange(2, 9)
		p := newPass(rapid.IntRange(1, 4).Draw(r, "batch"), rapid.IntRange(2, 9).Draw(r, "height"), rapid.IntRange(2, 9).Draw(r, "width"),
			channelBlock*channels.Draw(r, "in"), channelBlock*channels.Draw(r, "out"))
		p.run(nil)
		y, scale := inner(p.y, p.dy)
		for what, pair := range map[string][2][]float32{"input": {p.x, p.dx}, "weights": {p.w, p.dw}} {
			if got, _ := inner(pair[0], pair[1]); !(math.Abs(got-y) <= 1e-5*scale) {
				r.Errorf("%s: %g instead of %g", what, got, y)
			}
		}
	})
}

// inner returns Σ a·b and the Euclidean norm of its terms.
func inner(a, b []float32) (sum, norm float64) {
	for i, v := range a {
		t := float64(v) * float64(b[i])
		sum, norm = sum+t, norm+t*t
	}
	return sum, math.Sqrt(norm)
}

func TestWinogradChoice(t *testing.T) {
	for _, s := range []struct {
		shape [6]int // batch, height, width, in, out, stride
		want  bool
	}{
		{[6]int{4, 8, 8, 16, 16, 1}, true},
		{[6]int{4, 8, 8, 16, 16, 2}, false},
		{[6]int{4, 8, 8, 8, 64, 1}, false},  // too few channels
		{[6]int{4, 8, 8, 20, 64, 1}, false}, // not whole channelBlock
		{[6]int{4, 1, 1, 64, 64, 1}, false}, // a tile for a single pixel
	} {
		c := NewConv(s.shape[0], s.shape[1], s.shape[2], s.shape[3], s.shape[4], s.shape[5])
		if got := c.wino != nil; got != s.want {
			t.Errorf("%v: Winograd %t", s.shape, got)
		}
	}
}
