package bench

import (
	"math"
	"testing"
)

// TestSlopes fits laws that are known, marks what is too steep for its work, and joins what was
// measured in pieces.
func TestSlopes(t *testing.T) {
	law := func(power float64, sizes ...int) (points []scalePoint) {
		for _, x := range sizes {
			points = append(points, scalePoint{X: x, S: 3 * math.Pow(float64(x), power), Share: 0.5})
		}
		return points
	}
	for _, c := range []struct {
		power, due float64
		linear     bool
		steep      bool
	}{{1, 1, true, false}, {1.09, 1, true, false}, {1.2, 1, true, true}, {1.2, 1, false, false}, {2, 2, true, false}, {2.3, 2, true, true}} {
		r := &scaleSeries{Points: law(c.power, 10, 100, 1000, 10000), Due: c.due, Linear: c.linear}
		r.conclude()
		if math.Abs(*r.Slope-c.power) > 1e-9 || math.Abs(*r.End-c.power) > 1e-9 || r.Steep != c.steep {
			t.Errorf("%+v: slope %v, %v at the end, steep %v", c, *r.Slope, *r.End, r.Steep)
		}
	}
	flat := &scaleSeries{Points: append(law(0, 1, 2), law(2, 4, 8)...), Due: 1, Linear: true}
	if flat.conclude(); math.Abs(*flat.End-2) > 1e-9 || !flat.Steep {
		t.Errorf("a law that bends has slope %v at its end", *flat.End)
	}
	if slopeOf([]scalePoint{{X: 0, S: 1}, {X: 4, S: 1}}) != nil {
		t.Error("a slope through one point and none at all")
	}
}

func TestJoinedPieces(t *testing.T) {
	first := &scaleSeries{Part: "dim", What: "step", Peak: 400, Threads: 2, Points: []scalePoint{{X: 10, S: 1, Share: 0.5}}}
	second := &scaleSeries{Part: "dim", What: "step", Peak: 200, Threads: 2, Points: []scalePoint{{X: 1, S: 0.1, Share: 0.5}}}
	again := &scaleSeries{Part: "dim", What: "step", Peak: 400, Threads: 2, Points: []scalePoint{{X: 10, S: 1, Share: 0.5}}}
	first.Points[0].S = 7 // which the last measurement stands for
	other := &scaleSeries{Part: "dim", What: "k-NN", Peak: 800, Threads: 2, Points: []scalePoint{{X: 10, S: 1, Share: 0.5}}}
	var all []*scaleSeries
	for _, r := range []*scaleSeries{first, second, again, other} {
		all = joined(all, r)
	}
	rescale(all)
	if len(all) != 2 || len(first.Points) != 2 || first.Points[0].X != 1 || math.Abs(*first.Slope-1) > 1e-9 {
		t.Fatalf("%+v", first)
	}
	if a, b, c := first.Points[0].Share, first.Points[1].Share, other.Points[0].Share; a != 0.125 || b != 0.25 || c != 0.5 {
		t.Errorf("shares of the highest peak are %v, %v and %v", a, b, c)
	}
}

// TestRoofline adds operations up by kind against bounds that are known.
func TestRoofline(t *testing.T) {
	r := &roofline{Peak: 100, Bandwidth: []bandwidth{{1 << 18, 50}, {1 << 26, 10}}}
	at := map[string]int{}
	r.add(at, "product", 0.04, 1e9, 1<<18) // 10 ms of arithmetic, four steps
	r.add(at, "product", 0.04, 0, 1<<26)   // 6.7 ms of memory
	r.add(at, "sum", 0.02, 0, 1<<18)       // 5.2 µs of a cache
	r.add(at, restKind, 0, 0, 0)
	r.conclude(4, 0.1)
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	p, s := r.Kinds[0], r.Kinds[1]
	memory := 1e3 * (1 << 26) / 10e9
	near("ms", p.MS, 20)
	near("share", p.Share, 0.8)
	near("bound", p.BoundMS, 10+memory)
	near("share of it", p.BoundShare, (10+memory)/20)
	near("GFLOP/s", p.GFLOPPerS, 50)
	near("intensity", p.Intensity, 1e9/(1<<18+1<<26))
	near("cache", s.BoundMS, 1e3*(1<<18)/50e9)
	if p.Bound != "compute" || s.Bound != "cache" || p.Operations != 2 || r.Kinds[2].Bound != "" {
		t.Errorf("%+v", r.Kinds)
	}
}
