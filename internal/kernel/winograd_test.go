package kernel

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"protobench/internal/team"

	"pgregory.net/rapid"
)

// winogradShapes are batch, height, width, in, out: odd sizes, tiles beyond the image, channels
// beside the panels' width, more tiles than a block in every slice, and gradients that are cut into
// slices, into parts, and into both.
var winogradShapes = [][5]int{
	{2, 8, 8, 16, 32}, {3, 7, 5, 24, 40}, {5, 4, 4, 64, 16}, {1, 2, 2, 32, 96}, {2, 13, 6, 16, 16}, {11, 16, 16, 32, 24},
	{1, 4, 6, 264, 280}, {1, 4, 4, 512, 520},
}

// winogradTiles are the sides of output tiles, with the relative error that they may have.
var winogradTiles = map[int]float64{smallTile: 1e-6, largeTile: 3e-6}

// pass is a convolution by tiles of one side, whether they suit it or not, with what goes into it
// and comes out: maps, and the same numbers without their halo.
type pass struct {
	c                   *Conv
	x, w, dy, y, dx, dw []float32
	mx, mdy, my, mdx    []float32
}

func newPass(tile, batch, height, width, in, out int) *pass {
	c := NewConv(batch, height, width, in, out, 1)
	c.wino = tiled(c, tile)
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

func (p *pass) run(team *team.Team) {
	p.c.Forward(team, p.my, Plain(p.mx), p.w, nil)
	p.c.Backward(team, p.mdx, p.dw, p.mdy, Plain(p.mx), p.w, nil)
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

// spoilt is more scratch than any convolution of these tests takes.
const spoilt = 1 << 22

// spoil fills a team's scratch with NaN: nothing may be read that was not written.
func spoil(team *team.Team) {
	room := team.Scratch(spoilt)
	for i := range room {
		room[i] = float32(math.NaN())
	}
}

// spoil fills what the pass computes with NaN, but for the halo: all of it has to be written.
func (p *pass) spoil() {
	for _, x := range [][]float32{p.y, p.dx, p.dw} {
		for i := range x {
			x[i] = float32(math.NaN())
		}
	}
	p.c.Output().Pad(nil, p.my, p.y)
	p.c.Input().Pad(nil, p.mdx, p.dx)
}

func TestWinograd(t *testing.T) {
	team := team.New(1)
	defer team.Close()
	for _, s := range winogradShapes {
		p := newPass(smallTile, s[0], s[1], s[2], s[3], s[4])
		y, dx, dw := direct(p.c, p.x, p.w, p.dy)
		for tile, tolerance := range winogradTiles {
			p.c.wino = tiled(p.c, tile)
			withISA(t, func(t *testing.T) {
				t.Run(fmt.Sprint(tile, s), func(t *testing.T) {
					spoil(team)
					p.spoil()
					p.run(team)
					untouched(t, p.c.Output(), p.my)
					untouched(t, p.c.Input(), p.mdx)
					for _, r := range []struct {
						what string
						got  []float32
						want []float64
					}{{"y", p.y, y}, {"dx", p.dx, dx}, {"dw", p.dw, dw}} {
						if e := relative(r.got, r.want); !(e <= tolerance) {
							t.Errorf("%s: relative error %g", r.what, e)
						}
					}
				})
			})
		}
	}
}

func TestWinogradBits(t *testing.T) {
	defer func(before ISA) { isa = before }(isa)
	have := supported()
	for tile := range winogradTiles {
		for _, s := range winogradShapes {
			isa = have[0]
			want := newPass(tile, s[0], s[1], s[2], s[3], s[4])
			want.run(nil)
			for _, isa = range have {
				if isa == Generic && have[0] != Generic {
					continue // rounds twice where the others fuse
				}
				for threads := 1; threads <= 3; threads++ {
					team := team.New(threads)
					got := newPass(tile, s[0], s[1], s[2], s[3], s[4])
					got.run(team)
					team.Close()
					for what, pair := range map[string][2][]float32{"y": {got.y, want.y}, "dx": {got.dx, want.dx}, "dw": {got.dw, want.dw}} {
						if n := differ(pair[0], pair[1]); n > 0 {
							t.Errorf("%d: %v %s on %s with %d threads: %d numbers differ", tile, s, what, isa, threads, n)
						}
					}
				}
			}
		}
	}
}

// TestWinogradImagesApart spoils the middle one of three images: tiles that reach beyond an image
// may not mix the next one in, not even into what is rounded away.
func TestWinogradImagesApart(t *testing.T) {
	for tile := range winogradTiles {
		for side := 4; side <= 7; side++ {
			want, got := newPass(tile, 3, side, side, 16, 16), newPass(tile, 3, side, side, 16, 16)
			n := len(got.x) / 3
			for i := n; i < 2*n; i++ {
				got.x[i], got.dy[i] = float32(math.NaN()), float32(math.NaN())
			}
			got.c.Input().Pad(nil, got.mx, got.x)
			got.c.Output().Pad(nil, got.mdy, got.dy)
			want.run(nil)
			got.run(nil)
			for what, pair := range map[string][2][]float32{"y": {got.y, want.y}, "dx": {got.dx, want.dx}} {
				if k := differ(pair[0][:n], pair[1][:n]) + differ(pair[0][2*n:], pair[1][2*n:]); k > 0 {
					t.Errorf("%d: %s of %d×%d images: %d numbers of the others differ", tile, what, side, side, k)
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

// TestWinogradTransforms holds the assembly to its twin, bit by bit where it fuses nothing, and the
// assembly's widths to each other.
func TestWinogradTransforms(t *testing.T) {
	const blocks, pitch, most = 2, 24, 6
	defer func(before ISA) { isa = before }(isa)
	for tile := range winogradTiles {
		for to := winogradInput; to <= winogradTaps; to++ {
			var results [][]float32
			for _, isa = range supported() {
				pix, freq := random(3*most*most*pitch, "pixels"), random(3*most*most*pitch, "frequencies")
				tr := transform{
					pix: unsafe.Pointer(&pix[0]), row: 4 * 3 * most * pitch, col: 4 * 3 * pitch, freq: unsafe.Pointer(&freq[0]), plane: 4 * 3 * pitch,
					tiles: 3, blocks: blocks, pixSkip: 4 * (pitch - channelBlock*blocks), freqSkip: 4 * (pitch - channelBlock*blocks), tile: tile,
				}
				tr.run(to)
				results = append(results, append(pix, freq...))
			}
			for i, r := range results[1:] {
				fused := tile == largeTile && supported()[i+1] == Generic
				if n := differ(r, results[0]); !fused && n > 0 {
					t.Errorf("transformation %d of tiles of %d on %s: %d numbers differ", to, tile, supported()[i+1], n)
				}
				if e := relative(r, wide(results[0])); !(e <= 1e-7) {
					t.Errorf("transformation %d of tiles of %d on %s: relative error %g", to, tile, supported()[i+1], e)
				}
			}
		}
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// TestWinogradAdjoint uses that y is linear in x and in w: Σ y·dy = Σ x·dx = Σ w·dw.
func TestWinogradAdjoint(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		channels := rapid.IntRange(2, 9)
		p := newPass(rapid.SampledFrom([]int{smallTile, largeTile}).Draw(r, "tile"), rapid.IntRange(1, 4).Draw(r, "batch"), rapid.IntRange(2, 9).Draw(r, "height"), rapid.IntRange(2, 9).Draw(r, "width"),
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
		want  [2]int // tiles' sides if the largest may be 2 and 4
	}{
		{[6]int{4, 8, 8, 16, 16, 1}, [2]int{2, 4}},
		{[6]int{4, 4, 4, 16, 16, 1}, [2]int{2, 4}},
		{[6]int{4, 7, 7, 16, 16, 1}, [2]int{2, 4}},
		{[6]int{4, 3, 3, 16, 16, 1}, [2]int{2, 2}}, // smaller than a tile
		{[6]int{4, 2, 2, 16, 16, 1}, [2]int{2, 2}},
		{[6]int{4, 6, 6, 16, 16, 1}, [2]int{2, 2}}, // the last tiles are half empty
		{[6]int{4, 8, 8, 16, 16, 2}, [2]int{}},
		{[6]int{4, 8, 8, 8, 64, 1}, [2]int{}},  // too few channels
		{[6]int{4, 8, 8, 20, 64, 1}, [2]int{}}, // not whole channelBlock
		{[6]int{4, 1, 1, 64, 64, 1}, [2]int{}}, // a tile for a single pixel
	} {
		c := NewConv(s.shape[0], s.shape[1], s.shape[2], s.shape[3], s.shape[4], s.shape[5])
		if got := side(c); got != s.want[0] {
			t.Errorf("%v: tiles of %d at first", s.shape, got)
		}
		for i, want := range s.want {
			c.UseWinograd(smallTile << i)
			if got := side(c); got != want {
				t.Errorf("%v: tiles of %d where they may have %d", s.shape, got, smallTile<<i)
			}
		}
		if c.UseWinograd(0); c.wino != nil {
			t.Errorf("%v: tiles where there may be none", s.shape)
		}
	}
}

func side(c *Conv) int {
	if c.wino == nil {
		return 0
	}
	return c.wino.tile
}
