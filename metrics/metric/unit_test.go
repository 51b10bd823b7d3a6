package metric

import (
	"math"
	"testing"
)

func TestUnitsShown(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		k    int
		want string
	}{
		{CountOfK, 64, 256, "25.0"}, {CountOfK, 64, 0, "NaN"}, {Share, 0.0625, 0, "6.2"}, {Accuracy, 1, 0, "100.0"}, {Count, 1459, 0, "1459.0"},
		{Nats, 3.61958, 0, "3.62"}, {Nats, 0.0123, 0, "0.012"}, {Effective, 93.97, 0, "94.0"}, {Effective, 203.5, 0, "204"}, {Nats, -1e-15, 0, "0"}, {Share, -1e-15, 0, "0.0"},
		{Nats, -12.34, 0, "-12.3"}, {Radians, math.Inf(1), 0, "+Inf"},
	} {
		if got := c.unit.Text(c.unit.Shown(c.v, c.k)); got != c.want {
			t.Errorf("%v %s of %d: %q, want %q", c.v, c.unit, c.k, got, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for unit, want := range map[Unit]bool{CountOfK: true, Share: true, Accuracy: true, Count: false, Nats: false, Cosine: false} {
		if got := unit.Percent(); got != want {
			t.Errorf("%s: percent %v, want %v", unit, got, want)
		}
	}
}
