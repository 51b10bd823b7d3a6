package kernel

import (
	"fmt"
	"testing"

	"protobench/internal/team"
)

// BenchmarkWinograd times the three passes of the stride-1 layers by either tile beside the direct
// convolution. GFLOP/s count the direct convolution's operations on all.
func BenchmarkWinograd(b *testing.B) {
	for _, s := range [][3]int{{16, 32, 16}, {32, 32, 32}, {64, 32, 64}, {128, 16, 128}, {256, 8, 256}, {512, 4, 512}} {
		p := newPass(smallTile, 256, s[1], s[1], s[0], s[2])
		d, small, large := *p.c, p.c.wino, tiled(p.c, largeTile)
		d.wino = nil
		for threads := 1; threads <= 2; threads++ {
			team := team.New(threads)
			for _, r := range []struct {
				name string
				f    func()
			}{
				{"forward/direct", func() { d.Forward(team, p.my, Plain(p.mx), p.w, nil) }},
				{"forward/2", func() { small.forward(team, p.my, small.output, Plain(p.mx), p.w, nil) }},
				{"forward/4", func() { large.forward(team, p.my, large.output, Plain(p.mx), p.w, nil) }},
				{"input/direct", func() { d.gradInput(team, p.mdx, p.mdy, p.w, nil) }},
				{"input/2", func() { small.gradInput(team, p.mdx, p.mdy, p.w, nil) }},
				{"input/4", func() { large.gradInput(team, p.mdx, p.mdy, p.w, nil) }},
				{"weights/direct", func() { d.gradWeights(team, p.dw, p.mdy, Plain(p.mx)) }},
				{"weights/2", func() { small.gradWeights(team, p.dw, p.mdy, Plain(p.mx)) }},
				{"weights/4", func() { large.gradWeights(team, p.dw, p.mdy, Plain(p.mx)) }},
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
