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

// A measurement ends with three windows close to the best one, wherever they stand.
func TestPeakEndsWhereWindowsAgree(t *testing.T) {
	for _, c := range []struct {
		rates []float64
		want  bool
	}{
		{[]float64{100}, false}, {[]float64{100, 100}, false}, {[]float64{100, 100, 100}, true}, {[]float64{99.8, 50, 100, 99.71}, true},
		{[]float64{99.8, 50, 100, 99.6}, false}, {[]float64{90, 90, 90, 100}, false},
	} {
		if got := agree(c.rates); got != c.want {
			t.Errorf("%v: %v", c.rates, got)
		}
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
