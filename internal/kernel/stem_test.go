package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"protobench/internal/team"
)

func between(r *rand.Rand, n int) []float32 {
	x := make([]float32, n, n+Slack)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

// TestStem compares with sums in float64, over more images than one sum of weight gradients holds.
func TestStem(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for _, in := range []Map{{1, 1, 1, 1, 1}, {stemImages + 1, 11, 8, 3, 1}, {2, 6, 17, 5, 1}} {
		s := NewStem(in, 6)
		out := s.Output()
		x, w, dy := between(r, in.Len()), between(r, s.WeightLen()), between(r, out.Len())
		in.ClearHalo(nil, x)
		y, dw := make([]float32, out.Len()), make([]float32, s.WeightLen())
		n := in.Images * 6
		sums := &Sums{make([]float32, n), make([]float32, n), make([]float32, n)}
		s.Forward(two, y, Plain(x), w, sums)
		s.Backward(two, nil, dw, dy, Plain(x), nil, nil)
		wantY, wantDW := naiveStem(s, x, w, dy)
		nearly(t, "y", y, wantY)
		nearly(t, "dw", dw, wantDW)
		for i := range in.Images {
			var sum float64
			out.span(i).each(func(at, _ int) { sum += float64(y[at]) })
			pixels := float64(out.Height * out.Width)
			if got := float64(sums.Sum[6*i]) + pixels*float64(sums.Shift[6*i]); math.Abs(got-sum) > 1e-4 {
				t.Errorf("%+v: image %d sums to %v, %v was taken", in, i, sum, got)
			}
		}
	}
}

// naiveStem is the convolution and its weight gradient pixel by pixel.
func naiveStem(s *Stem, x, w, dy []float32) (y, dw []float64) {
	in, out := s.in, s.out
	y, dw = make([]float64, out.Len()), make([]float64, s.WeightLen())
	for i := range out.Images {
		for oy := range out.Height {
			for ox := range out.Width {
				at := out.Row(i, oy) + ox*out.Channels
				for k := range s.WeightLen() {
					o, c, kx, ky := k%out.Channels, k/out.Channels%in.Channels, k/out.Channels/in.Channels%7, k/out.Channels/in.Channels/7
					iy, ix := 2*oy-3+ky, 2*ox-3+kx
					if iy < 0 || iy >= in.Height || ix < 0 || ix >= in.Width {
						continue
					}
					v := float64(x[in.Row(i, iy)+ix*in.Channels+c])
					y[at+o] += v * float64(w[k])
					dw[k] += v * float64(dy[at+o])
				}
			}
		}
	}
	return y, dw
}

// nearly compares with tolerance; the border of maps is zero in both.
func nearly(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, v := range want {
		if math.Abs(float64(got[i])-v) > 1e-4 {
			t.Fatalf("%s[%d] is %v, want %v", what, i, got[i], v)
		}
	}
}

// TestMaxPool compares with a search through the nine pixels of what stands behind the norm.
func TestMaxPool(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	r := rand.New(rand.NewPCG(3, 4))
	for _, in := range []Map{{1, 1, 1, 1, 1}, {3, 6, 7, 9, 1}, {2, 7, 6, 16, 1}} {
		p := NewMaxPool(in)
		out := p.Output()
		x := Normed{X: between(r, in.Len()), Scale: between(r, in.Channels), Shift: between(r, in.Channels), ReLU: true}
		made, y, again := make([]float32, in.Len()), make([]float32, out.Len()), make([]float32, out.Len())
		in.Apply(nil, made, x)
		p.Forward(two, again, x)
		p.Remember()
		p.Forward(two, y, x)
		dx, dy := make([]float32, in.Len()), between(r, out.Len())
		p.Backward(two, dx, dy)
		want, wantDX := naiveMaxPool(in, out, made, dy)
		nearly(t, "y", y, want)
		nearly(t, "y without remembering", again, want)
		for i, v := range made {
			if v > 0 && math.Abs(float64(dx[i])-wantDX[i]) > 1e-5 {
				t.Fatalf("%+v: dx[%d] is %v, want %v", in, i, dx[i], wantDX[i])
			}
		}
	}
}

func naiveMaxPool(in, out Map, x, dy []float32) (y, dx []float64) {
	y, dx = make([]float64, out.Len()), make([]float64, in.Len())
	for i := range out.Images {
		for at := range out.Height * out.Width * out.Channels {
			c, ox, oy := at%out.Channels, at/out.Channels%out.Width, at/out.Channels/out.Width
			most, from := math.Inf(-1), 0
			for n := range 9 {
				iy, ix := 2*oy-1+n/3, 2*ox-1+n%3
				if iy < 0 || iy >= in.Height || ix < 0 || ix >= in.Width {
					continue
				}
				if v := in.Row(i, iy) + ix*in.Channels + c; float64(x[v]) > most {
					most, from = float64(x[v]), v
				}
			}
			to := out.Row(i, oy) + ox*out.Channels + c
			y[to] = most
			dx[from] += float64(dy[to])
		}
	}
	return y, dx
}

// TestMaxPoolKeepsNaN checks that a NaN of either sign wins.
func TestMaxPoolKeepsNaN(t *testing.T) {
	for _, bits := range []uint32{0x7fc00000, 0xffc00000} {
		nan := math.Float32frombits(bits)
		if got := magnitude(nan); got <= magnitude(float32(math.Inf(1))) {
			t.Errorf("%x is no larger than infinity", bits)
		}
	}
}
