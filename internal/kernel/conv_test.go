package kernel

import (
	"fmt"
	"math"
	"runtime"
	"testing"
)

// direct computes a convolution and its gradients in float64, straight from the definition.
func direct(c *Conv, x, w, dy []float32) (y, dx, dw []float64) {
	y, dx, dw = make([]float64, c.OutLen()), make([]float64, len(x)), make([]float64, len(w))
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
	shapes := [][6]int{{2, 8, 8, 3, 32, 1}, {3, 8, 8, 32, 64, 2}, {9, 4, 4, 5, 7, 1}, {1, 5, 7, 4, 33, 2}, {2, 2, 2, 32, 32, 2}, {2, 1, 1, 3, 4, 1}, {3, 8, 8, 3, 16, 1}, {5, 4, 4, 16, 48, 2}}
	withISA(t, func(t *testing.T) {
		for _, s := range shapes {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				c := NewConv(s[0], s[1], s[2], s[3], s[4], s[5])
				x, w, dy := random(s[0]*s[1]*s[2]*s[3], "x"), random(c.WeightLen(), "w"), random(c.OutLen(), "dy")
				wantY, wantX, wantW := direct(c, x, w, dy)
				y, dx, dw := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
				for range 2 { // the second round finds used buffers
					c.Forward(nil, y, x, w)
					c.Backward(nil, dx, dw, x, dy, w)
				}
				near(t, "y", y, wantY)
				near(t, "dx", dx, wantX)
				near(t, "dw", dw, wantW)
			})
		}
	})
}

func BenchmarkConv(b *testing.B) {
	for _, s := range [][6]int{{64, 32, 32, 3, 32, 2}, {64, 16, 16, 32, 64, 2}, {64, 32, 32, 32, 64, 2}, {64, 16, 16, 64, 128, 2}, {64, 8, 8, 128, 256, 2}, {64, 16, 16, 64, 64, 1}} {
		c := NewConv(s[0], s[1], s[2], s[3], s[4], s[5])
		x, w, dy := random(s[0]*s[1]*s[2]*s[3], "x"), random(c.WeightLen(), "w"), random(c.OutLen(), "dy")
		y, dx, dw := make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))
		flop := 2e-9 * float64(c.OutLen()*9*c.In)
		run := func(name string, times float64, f func()) {
			b.Run(fmt.Sprint(s, " ", name), func(b *testing.B) {
				f()
				for b.Loop() {
					f()
				}
				b.ReportMetric(times*flop*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
		run("forward", 1, func() { c.Forward(nil, y, x, w) })
		run("backward", 2, func() { c.Backward(nil, dx, dw, x, dy, w) })
	}
}

func TestColumns(t *testing.T) {
	const rows, ch = 37, 19
	x, dy, shift := random(rows*ch, "x"), random(rows*ch, "dy"), random(ch, "s")
	a, k := random(ch, "a"), random(ch, "k")
	withISA(t, func(t *testing.T) {
		y, dx := make([]float32, rows*ch), make([]float32, rows*ch)
		sum, sq, gs, gd := make([]float32, ch), make([]float32, ch), make([]float32, ch), make([]float32, ch)
		ColumnSums(x, rows, ch, shift, sum, sq)
		Affine(nil, y, x, rows, ch, a, k, true)
		NormBackwardSums(x, y, dy, rows, ch, shift, gs, gd)
		NormBackwardApply(nil, dx, x, y, dy, rows, ch, a, shift, k)
		var ws, wq, wy, wgs, wgd, wdx [rows * ch]float64
		for i := range rows * ch {
			j, xi := i%ch, float64(x[i])
			d := xi - float64(shift[j])
			ws[j] += d
			wq[j] += d * d
			wy[i] = max(0, xi*float64(a[j])+float64(k[j]))
			wdx[i] = xi*float64(shift[j]) + float64(k[j])
			if wy[i] > 0 {
				wgs[j] += float64(dy[i])
				wgd[j] += float64(dy[i]) * d
				wdx[i] += float64(dy[i]) * float64(a[j])
			}
		}
		near(t, "sum", sum, ws[:ch])
		near(t, "square sum", sq, wq[:ch])
		near(t, "affine", y, wy[:])
		near(t, "gradient sum", gs, wgs[:ch])
		near(t, "gradient dot", gd, wgd[:ch])
		near(t, "dx", dx, wdx[:])
		Affine(nil, y, x, rows, ch, a, k, false)
		for i := range wy {
			wy[i] = float64(x[i])*float64(a[i%ch]) + float64(k[i%ch])
		}
		near(t, "affine without relu", y, wy[:])
	})
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

func TestReLUKeepsNaN(t *testing.T) {
	const ch = 9 // eight in a vector and one behind it
	withISA(t, func(t *testing.T) {
		x, y, one, zero := make([]float32, ch), make([]float32, ch), make([]float32, ch), make([]float32, ch)
		for i := range x {
			x[i], one[i] = float32(math.NaN()), 1
		}
		Affine(nil, y, x, 1, ch, one, zero, true)
		for i, v := range y {
			if v == v {
				t.Errorf("channel %d: NaN became %g", i, v)
			}
		}
	})
}

// TestTilesSurviveStackMoves grows the stack below tiles of one and two groups while the collector runs: pointers of unused
// groups must not look like pointers.
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

func TestShortSlicesPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a short output was accepted")
		}
	}()
	Affine(nil, make([]float32, 15), make([]float32, 16), 2, 8, make([]float32, 8), make([]float32, 8), true)
}
