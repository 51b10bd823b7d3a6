package kernel

import (
	"fmt"
	"testing"
)

// BenchmarkWinograd times the three passes of the stride-1 layers beside the direct convolution. GFLOP/s count the
// direct convolution's operations on both.
func BenchmarkWinograd(b *testing.B) {
	for _, s := range [][3]int{{16, 32, 16}, {32, 32, 32}, {64, 32, 64}, {128, 16, 128}, {256, 8, 256}, {512, 4, 512}} {
		p := newPass(256, s[1], s[1], s[0], s[2])
		d := *p.c
		d.wino = nil
		for threads := 1; threads <= 2; threads++ {
			team := NewTeam(threads)
			for _, r := range []struct {
				name string
				f    func()
			}{
				{"direct/forward", func() { d.Forward(team, p.my, p.mx, p.w) }},
				{"winograd/forward", func() { p.c.Forward(team, p.my, p.mx, p.w) }},
				{"direct/input", func() { d.gradInput(team, p.mdx, p.mdy, p.w) }},
				{"winograd/input", func() { p.c.wino.gradInput(team, p.mdx, p.mdy, p.w) }},
				{"direct/weights", func() { d.gradWeights(team, p.dw, p.mdy, p.mx) }},
				{"winograd/weights", func() { p.c.wino.gradWeights(team, p.dw, p.mdy, p.mx) }},
			} {
				b.Run(fmt.Sprintf("%d→%d@%d/%d/%s", s[0], s[2], s[1], threads, r.name), func(b *testing.B) {
					r.f()
					for b.Loop() {
						r.f()
					}
					flop := 2e-9 * 9 * float64(len(p.y)*s[0])
					b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
			team.Close()
		}
	}
}
