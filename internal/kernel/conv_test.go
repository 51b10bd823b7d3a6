package kernel

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"protobench/internal/team"
)

// direct computes a convolution and its gradients in float64, straight from the definition.
func direct(c *Conv, x, w, dy []float32) (y, dx, dw []float64) {
	y, dx, dw = make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(w))
	for n := range c.Batch {
		for oy := range c.OutHeight {
			for ox := range c.OutWidth {
				for tap := range 9 {
					iy, ix := oy*c.Stride+tap/3-1, ox*c.Stride+tap%3-1
					if iy < 0 || ix < 0 || iy >= c.Height || ix >= c.Width {
						continue
					}
					for i := range c.In {
						xi := ((n*c.Height+iy)*c.Width+ix)*c.In + i
						for o := range c.Out {
							yi, wi := ((n*c.OutHeight+oy)*c.OutWidth+ox)*c.Out+o, (tap*c.In+i)*c.Out+o
							y[yi] += float64(x[xi]) * float64(w[wi])
							dx[xi] += float64(dy[yi]) * float64(w[wi])
							dw[wi] += float64(dy[yi]) * float64(x[xi])
						}
					}
				}
			}
		}
	}
	return y, dx, dw
}

func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	var scale, worst float64
	for i := range want {
		scale = max(scale, math.Abs(want[i]))
		worst = max(worst, math.Abs(float64(got[i])-want[i]))
	}
	if !(worst <= 1e-5*scale) {
		t.Errorf("%s: off by %g of %g", what, worst, scale)
	}
}

func TestConv(t *testing.T) {
	shapes := [][6]int{{2, 8, 8, 3, 32, 1}, {3, 8, 8, 32, 64, 2}, {9, 4, 4, 5, 7, 1}, {1, 5, 7, 4, 33, 2}, {2, 2, 2, 32, 32, 2}, {2, 1, 1, 3, 4, 1}, {3, 8, 8, 3, 16, 1}, {5, 4, 4, 16, 48, 2}, {2, 8, 16, 3, 8, 1}, {2, 6, 32, 4, 4, 1}, {3, 8, 8, 8, 24, 2}, {2, 3, 16, 5, 8, 2}, {30, 2, 2, 2, 3, 1}}
	withISA(t, func(t *testing.T) {
		for _, s := range shapes {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				c := NewConv(s[0], s[1], s[2], s[3], s[4], s[5])
				x, w, dy := random(s[0]*s[1]*s[2]*s[3], "x"), random(c.WeightLen(), "w"), random(s[0]*c.OutHeight*c.OutWidth*c.Out, "dy")
				wantY, wantX, wantW := direct(c, x, w, dy)
				y, dx, dw := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
				px, py, pdx, pdy := padded(c.Input(), x), padded(c.Output(), nil), padded(c.Input(), nil), padded(c.Output(), dy)
				team := team.New(2)
				defer team.Close()
				for range 2 { // the second round finds used buffers
					c.Forward(team, py, Plain(px), w, nil)
					c.Backward(team, pdx, dw, pdy, Plain(px), w, nil)
				}
				c.Output().Unpad(team, y, py)
				c.Input().Unpad(team, dx, pdx)
				untouched(t, c.Output(), py)
				untouched(t, c.Input(), pdx)
				near(t, "y", y, wantY)
				near(t, "dx", dx, wantX)
				near(t, "dw", dw, wantW)
			})
		}
	})
}

// TestSharedRows checks that pixels which share a row of the product have the bits that they have
// alone: those of the same channels of a convolution with too many to share.
func TestSharedRows(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, s := range [][6]int{{2, 5, 8, 3, 8, 1}, {2, 4, 16, 5, 4, 1}, {3, 8, 16, 8, 8, 2}, {2, 7, 32, 4, 3, 2}, {2, 9, 8, 8, 8, 1}} {
			c, more := NewConv(s[0], s[1], s[2], s[3], s[4], s[5]), NewConv(s[0], s[1], s[2], s[3], manyChannels, s[5])
			c.UseWinograd(0)
			more.UseWinograd(0)
			x, w := padded(c.Input(), random(s[0]*s[1]*s[2]*s[3], "x")), random(more.WeightLen(), "w")
			if y, of := convolved(c, x, firstColumns(w, c.Out)), firstColumns(convolved(more, x, w), c.Out); differ(y, of) > 0 {
				t.Errorf("%v forward: %d numbers differ", s, differ(y, of))
			}
			// The gradient of a convolution with few inputs: those of one with more.
			c, more = NewConv(s[0], s[1], s[2], s[4], s[3], s[5]), NewConv(s[0], s[1], s[2], manyChannels, s[3], s[5])
			c.UseWinograd(0)
			more.UseWinograd(0)
			dy, few := padded(c.Output(), random(c.Output().Pixels()*c.Out, "dy")), make([]float32, 0, c.WeightLen())
			for tap := range 9 {
				few = append(few, w[tap*manyChannels*c.Out:][:c.In*c.Out]...)
			}
			if dx, of := deconvolved(c, dy, few), firstColumns(deconvolved(more, dy, w), c.In); differ(dx, of) > 0 {
				t.Errorf("%v gradient: %d numbers differ", s, differ(dx, of))
			}
		}
	})
}

// TestTurnedGradient checks that weight gradients of few channels have the bits of the same
// channels among many.
func TestTurnedGradient(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for _, s := range [][6]int{{9, 5, 8, 3, 8, 1}, {3, 9, 17, 5, 4, 2}, {2, 3, 3, 4, 7, 1}} {
			c, more := NewConv(s[0], s[1], s[2], s[3], s[4], s[5]), NewConv(s[0], s[1], s[2], s[3], manyChannels, s[5])
			x, dy := padded(c.Input(), random(s[0]*s[1]*s[2]*s[3], "x")), random(more.Output().Pixels()*manyChannels, "dy")
			few, many := make([]float32, c.WeightLen()), make([]float32, more.WeightLen())
			c.gradWeights(nil, few, padded(c.Output(), firstColumns(dy, c.Out)), Plain(x))
			more.gradWeights(nil, many, padded(more.Output(), dy), Plain(x))
			if d := differ(few, firstColumns(many, c.Out)); d > 0 {
				t.Errorf("%v: %d numbers differ", s, d)
			}
		}
	})
}

// manyChannels is a number of channels for which pixels do not share rows, nor inputs lie along registers.
const manyChannels = 40

// firstColumns are the first n of the manyChannels columns of x.
func firstColumns(x []float32, n int) (first []float32) {
	for i := 0; i < len(x); i += manyChannels {
		first = append(first, x[i:i+n]...)
	}
	return first
}

// convolved is the convolution of x, deconvolved the input gradient for dy, without borders.
func convolved(c *Conv, x, w []float32) []float32 {
	py, y := padded(c.Output(), nil), make([]float32, c.Output().Pixels()*c.Out)
	c.Forward(nil, py, Plain(x), w, nil)
	c.Output().Unpad(nil, y, py)
	return y
}

func deconvolved(c *Conv, dy, w []float32) []float32 {
	pdx, dx := padded(c.Input(), nil), make([]float32, c.Input().Pixels()*c.In)
	c.gradInput(nil, pdx, dy, w, nil)
	c.Input().Unpad(nil, dx, pdx)
	return dx
}

// TestGradientTasks checks that a weight gradient is cut into as many tasks behind a norm as before
// one where slices are few.
func TestGradientTasks(t *testing.T) {
	for _, c := range []struct {
		conv *Conv
		rows int
	}{{NewConv(256, 32, 32, 32, 64, 2), 3}, {NewConv(256, 8, 8, 256, 512, 2), 1}, {NewConv(7, 32, 32, 32, 64, 2), 1}} {
		if got := gradRows(c.conv.gradParts(), true); got != c.rows {
			t.Errorf("%d slices of %d to %d channels: %d rows of the kernel a task, want %d", c.conv.gradParts(), c.conv.In, c.conv.Out, got, c.rows)
		}
		if got := gradRows(c.conv.gradParts(), false); got != 1 {
			t.Errorf("plain maps: %d rows a task", got)
		}
	}
}

// padded returns maps with slack behind them.
func padded(m Map, x []float32) []float32 {
	y := make([]float32, m.Len(), m.Len()+Slack)
	if x != nil {
		m.Pad(nil, y, x)
	}
	return y
}

// untouched checks that nothing was written to the halo.
func untouched(t *testing.T, m Map, y []float32) {
	t.Helper()
	interior, zero := make([]float32, m.Pixels()*m.Channels), append([]float32(nil), y...)
	m.Pad(nil, zero, interior)
	for i, v := range zero {
		if v != 0 {
			t.Fatalf("the halo has %g at %d", v, i)
		}
	}
}

func BenchmarkConv(b *testing.B) {
	const batch = 256
	layers := [][4]int{ // side, channels in and out, stride
		{32, 3, 32, 1}, {32, 32, 64, 2}, {16, 64, 128, 2}, {8, 128, 256, 2},
		{32, 64, 64, 1}, {16, 128, 128, 1}, {8, 256, 256, 1}, {4, 512, 512, 1}, {32, 64, 128, 2},
	}
	for _, threads := range []int{1, 2} {
		team := team.New(threads)
		defer team.Close()
		for _, s := range layers {
			c := NewConv(batch, s[0], s[0], s[1], s[2], s[3])
			x, dy := random(c.Input().Len()+Slack, "x")[:c.Input().Len()], random(c.Output().Len()+Slack, "dy")[:c.Output().Len()]
			w, dw, y, dx := random(c.WeightLen(), "w"), make([]float32, c.WeightLen()), padded(c.Output(), nil), padded(c.Input(), nil)
			run := func(name string, f func()) {
				b.Run(fmt.Sprintf("%d→%d@%d.%d/%s/%d", s[1], s[2], s[0], s[3], name, threads), func(b *testing.B) {
					for b.Loop() {
						f()
					}
					flop := 2e-9 * float64(c.Output().Pixels()) * float64(9*c.In*c.Out)
					b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
			run("forward", func() { c.Forward(team, y, Plain(x), w, nil) })
			run("input", func() { c.gradInput(team, dx, dy, w, nil) })
			run("weights", func() { c.gradWeights(team, dw, dy, Plain(x)) })
		}
	}
}

func TestExp(t *testing.T) {
	for x := float32(-87); x < 88; x += 0.037 {
		got, want := float64(Exp(x)), math.Exp(float64(x))
		if math.Abs(got-want) > 2.5e-7*want {
			t.Fatalf("exp(%g): got %g, want %g", x, got, want)
		}
	}
	if Exp(-1000) > 1e-37 || Exp(0) != 1 || Exp(1000) < 1e38 {
		t.Errorf("ends: %g %g %g", Exp(-1000), Exp(0), Exp(1000))
	}
	if nan := Exp(float32(math.NaN())); nan == nan {
		t.Errorf("exp(NaN) is %g", nan)
	}
}

func TestSoftmax(t *testing.T) {
	x := []float32{1000, 999, -1000}
	p := make([]float32, 3)
	Softmax(p, x)
	e := math.Exp(-1)
	near(t, "softmax", p, []float64{1 / (1 + e), e / (1 + e), 0})
	if got, want := float64(LogSumExp(x)), 1000+math.Log1p(e); math.Abs(got-want) > 1e-4 {
		t.Errorf("log-sum-exp: got %g, want %g", got, want)
	}
}

func TestNormalizeRows(t *testing.T) {
	y, n := make([]float32, 4), make([]float32, 2)
	NormalizeRows(y, []float32{3, 4, 0, 0}, 2, 2, n)
	near(t, "rows", y, []float64{0.6, 0.8, 0, 0})
	if n[0] != 5 {
		t.Errorf("norm %g", n[0])
	}
}

// TestTilesSurviveStackMoves grows the stack below tiles of one and two groups while the collector
// runs: pointers of unused groups must not look like pointers.
func TestTilesSurviveStackMoves(t *testing.T) {
	withISA(t, func(*testing.T) {
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.GC()
				}
			}
		}()
		for i := range 200 {
			done := make(chan struct{})
			go func() {
				defer close(done)
				deep(i % 50)
			}()
			<-done
		}
		close(stop)
	})
}

func deep(n int) {
	var pad [512]byte
	if n > 0 {
		deep(n - 1)
	}
	m := 4 + 4*(n%2)
	a, b, c := random(m*8, "a"), random(8*32, "b"), make([]float32, m*32)
	Gemm(nil, false, false, m, 32, 8, a, 8, b, 32, c, 32, false)
	pad[n] = byte(n)
}
