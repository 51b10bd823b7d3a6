package drawing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"
)

func labels(ticks plot.Ticker) []string {
	var out []string
	for _, t := range ticks.(plot.ConstantTicks) {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return out
}

func TestCountText(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 256: "256", 9000: "9000", 10_000: "10k", 16_000: "16k", 65_536: "65536",
		999_000: "999k", 1_000_000: "1M", 1_001_000: "1001k", 12_000_000: "12M",
	} {
		if got := CountText(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestWholeTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{97.2, 100, []string{"98", "99", "100"}},
		{49.5, 60, []string{"50", "52", "54", "56", "58", "60"}},
		{-25, 34, []string{"−20", "−10", "0", "10", "20", "30"}},
		{0, 100, []string{"0", "20", "40", "60", "80", "100"}},
	} {
		if d := cmp.Diff(c.want, labels(WholeTicks(c.low, c.high))); d != "" {
			t.Errorf("%g to %g: %s", c.low, c.high, d)
		}
	}
}

// Steps grow like a logarithm, from a step 0 that has a place, to the last decade within the range.
func TestStepAxis(t *testing.T) {
	var a plot.Axis
	StepAxis(&a, 99_999)
	if d := cmp.Diff([]string{"0", "1", "10", "100", "1k", "10k"}, labels(a.Tick.Marker)); d != "" {
		t.Error(d)
	}
	if a.Min != 0 || a.Max != 5 {
		t.Errorf("from %g to %g, want 0 to log10(1 + 99999) = 5", a.Min, a.Max)
	}
	StepAxis(&a, 0)
	if a.Max != 1 || len(labels(a.Tick.Marker)) != 3 {
		t.Errorf("an axis of step 0 alone ends at %g with %q", a.Max, labels(a.Tick.Marker))
	}
}

// 0 has a place of its own below 1, and the range has room on both sides.
func TestCountAxis(t *testing.T) {
	var a plot.Axis
	CountAxis(&a, 1000)
	if d := cmp.Diff([]string{"0", "1", "10", "100", "1k"}, labels(a.Tick.Marker)); d != "" {
		t.Error(d)
	}
	if LogCount(0) >= LogCount(1) || LogCount(1) != 0 || a.Min >= LogCount(0) || a.Max <= LogCount(1000) {
		t.Errorf("0 at %g, 1 at %g, from %g to %g", LogCount(0), LogCount(1), a.Min, a.Max)
	}
}
