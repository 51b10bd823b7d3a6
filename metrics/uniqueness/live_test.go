package uniqueness

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestLiveUnique(t *testing.T) {
	at := func(deg ...float64) matrix.Matrix {
		p := matrix.New(len(deg), 2)
		for i, a := range deg {
			p.Row(i)[0], p.Row(i)[1] = float32(math.Cos(a*math.Pi/180)), float32(math.Sin(a*math.Pi/180))
		}
		return p
	}
	// A dead row in the middle covers both neighbours, which are too far from each
	// other: live-unique exceeds unique.
	p, counts := at(10, 0, 20), []int{0, 5, 5}
	fixture.Equal(t, "unique", Of(p, 0.025).Count(), 1)
	live := OfLive(p, counts, 10, 0.025)
	fixture.Equal(t, "live", live.Representatives, []int{1, 2})
	fixture.Equal(t, "owner", live.Owner, []int{-1, 1, 2})
	fixture.Equal(t, "none", OfLive(p, []int{0, 0, 0}, 10, 0.025).Count(), 0)
}

// The first row lies between the two others and covers both; where it is dead, both stand.
func TestLiveUniqueMayExceedUnique(t *testing.T) {
	p := matrix.Of(3, 2, []float32{1, 0, 0.9, 0.3, 0.9, -0.3})
	unique, live := Of(p, 0.1).Count(), OfLive(p, []int{0, 5, 5}, 10, 0.1).Count()
	if unique != 1 || live != 2 {
		t.Errorf("%d unique, %d live and unique, want 1 and 2", unique, live)
	}
}
