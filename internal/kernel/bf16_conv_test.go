package kernel

import (
	"fmt"
	"slices"
	"testing"

	"protobench/internal/team"
)

// convsBF16 are shapes of all ways: images, height, width, in, out, stride. Weight gradients join
// images or not, in one chunk and in several.
var convsBF16 = [][6]int{
	{2, 8, 8, 4, 32, 1}, {3, 8, 8, 32, 64, 2}, {1, 5, 7, 4, 34, 2}, {2, 1, 1, 2, 4, 1}, {5, 4, 4, 16, 48, 2}, {9, 3, 5, 6, 10, 1},
	{11, 24, 22, 4, 6, 1}, {70, 4, 4, 6, 10, 1}, {26, 9, 6, 8, 16, 2}, {13, 4, 4, 64, 32, 1},
}

// TestConvBF16 compares convolutions of pairs with the definition on rounded numbers.
func TestConvBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, s := range convsBF16 {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				shape := NewConv(s[0], s[1], s[2], s[3], s[4], s[5])
				c := NewConvBF16(shape)
				x, w, dy := random(s[0]*s[1]*s[2]*s[3], "x"), random(c.WeightLen(), "w"), random(s[0]*shape.OutHeight*shape.OutWidth*s[4], "dy")
				wantY, wantX, wantW := direct(shape, rounded(x), rounded(w), rounded(dy))
				in, out := shape.Input(), shape.Output()
				got, px, pdy := newOutcome(c, in), padded(in, x), padded(out, dy)
				y, dx := make([]float32, len(dy)), make([]float32, len(x))
				team := team.New(2)
				defer team.Close()
				for range 2 { // the second round finds used buffers
					c.Forward(team, got.y, Plain(px), w, nil)
					c.Backward(team, got.dx, got.dw, pdy, Plain(px), w, nil)
				}
				out.Unpad(team, y, got.y)
				in.Unpad(team, dx, got.dx)
				untouched(t, out, got.y)
				untouched(t, in, got.dx)
				near(t, "y", y, wantY)
				near(t, "dx", dx, wantX)
				near(t, "dw", got.dw, wantW)
			})
		}
	})
}

// TestConvBF16SameBits compares the instructions with their twin.
func TestConvBF16SameBits(t *testing.T) {
	for _, s := range convsBF16 {
		c := NewConvBF16(NewConv(s[0], s[1], s[2], s[3], s[4], s[5]))
		in, out := c.shape.Input(), c.Output()
		x, w, dy := padded(in, random(in.Pixels()*s[3], "x")), random(c.WeightLen(), "w"), padded(out, random(out.Pixels()*s[4], "dy"))
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

// TestNormedConvBF16 does to convolutions of pairs what [TestNormedConv] does to others.
func TestNormedConvBF16(t *testing.T) {
	withBF16(t, func(t *testing.T) {
		for _, s := range convsBF16 {
			if slow(9 * s[0] * s[1] * s[2] * s[3] * s[4]) {
				continue
			}
			c := NewConvBF16(NewConv(s[0], s[1], s[2], s[3], s[4], s[5]))
			t.Run(fmt.Sprint(s), func(t *testing.T) { testChains(t, c, c.shape.Input()) })
		}
	})
}

func BenchmarkConvBF16(b *testing.B) {
	const batch = 256
	layers := [][4]int{ // side, channels in and out, stride
		{32, 32, 64, 2}, {16, 64, 128, 2}, {8, 128, 256, 2},
		{32, 64, 64, 1}, {16, 128, 128, 1}, {8, 256, 256, 1}, {4, 512, 512, 1}, {32, 64, 128, 2}, {8, 256, 512, 2},
	}
	for _, threads := range []int{1, 2} {
		team := team.New(threads)
		defer team.Close()
		for _, s := range layers {
			shape := NewConv(batch, s[0], s[0], s[1], s[2], s[3])
			c, in, out := NewConvBF16(shape), shape.Input(), shape.Output()
			x, dy := random(in.Len()+Slack, "x")[:in.Len()], random(out.Len()+Slack, "dy")[:out.Len()]
			w, o := random(c.WeightLen(), "w"), newOutcome(c, in)
			run := func(name string, f func()) {
				b.Run(fmt.Sprintf("%d→%d@%d.%d/%s/%d", s[1], s[2], s[0], s[3], name, threads), func(b *testing.B) {
					for b.Loop() {
						f()
					}
					flop := 2e-9 * float64(out.Pixels()) * float64(9*s[1]*s[2])
					b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
			for name, wino := range map[string]*winograd{"direct": nil, "winograd": tiled(shape, smallTile)} {
				if c.wino = wino; wino != nil {
					if wino.bf16 = true; s[3] > 1 {
						continue
					}
				}
				run("forward "+name, func() { c.Forward(team, o.y, Plain(x), w, nil) })
				if wino != nil {
					run("input "+name, func() { wino.gradInput(team, o.dx, dy, w, nil) })
					run("weights "+name, func() { wino.gradWeights(team, o.dw, dy, Plain(x)) })
					continue
				}
				run("input "+name, func() { c.gradInput(team, o.dx, dy, w, nil) })
				run("weights "+name, func() { c.gradWeights(team, o.dw, dy, Plain(x)) })
			}
		}
	}
}
