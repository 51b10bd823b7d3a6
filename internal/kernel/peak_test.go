package kernel

import (
	"testing"

	"protobench/internal/team"
)

func TestPeak(t *testing.T) {
	for _, s := range Supported() {
		rounds, flop := peakLoop(s)
		if n := calibrate(rounds); n < 1 || flop < genericFlop {
			t.Errorf("%s: %d rounds a call of %d operations", s, n, flop)
		}
		if p := Peak(nil, s); p <= 0 {
			t.Errorf("%s: %g GFLOP/s", s, p)
		}
	}
	if p := Peak(nil, "none"); p != 0 {
		t.Errorf("an instruction set that is not there reaches %g GFLOP/s", p)
	}
}

func BenchmarkPeak(b *testing.B) {
	two := team.New(2)
	defer two.Close()
	for _, s := range Supported() {
		for name, t := range map[string]*team.Team{"1": nil, "2": two} {
			b.Run(string(s)+"/threads="+name, func(b *testing.B) {
				best := 0.0
				for b.Loop() {
					best = max(best, Peak(t, s))
				}
				b.ReportMetric(best, "GFLOP/s")
			})
		}
	}
}
