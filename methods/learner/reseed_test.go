package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/stream"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// reseedingRun is a re-seeder for 4 prototypes in the plane over 8 images in batches of 2: a
// batch's 4 embeddings are half an epoch.
func reseedingRun(settings map[string]any) (*Reseeder, part.Config) {
	cfg := small(map[string]any{"prototypes.count": 4, "prototypes.reseed": true, "prototypes.reseed_below": 0.6})
	cfg.Settings.MustSetAll(settings)
	cfg.Train.Batch, cfg.Images = 2, 8
	return NewReseeder(cfg), cfg
}

// cross are the four unit vectors along the axes of the plane.
var cross = []float32{1, 0, 0, 1, -1, 0, 0, -1}

// TestReseedCounts: the running usage of a prototype, as a multiple of its fair share, moves by the
// part of an epoch that a batch is.
func TestReseedCounts(t *testing.T) {
	r, cfg := reseedingRun(map[string]any{"prototypes.reseed_below": 0})
	l := newEMA(cfg, placed(cross, 2))
	in := &Step{Found: NewFound()}
	in.Z[part.Teacher] = []float32{1, 0, 0.8, 0.6, 0.8, -0.6, 0, 1} // three for the first, one for the second
	r.Run(l, nil, in)
	// Shares of 3/4 and 1/4 are 3 and 1 times a fair quarter; half of the way from 1.
	if want := []float64{2, 1, 0.5, 0.5}; !slices.Equal(l.P.recent, want) {
		t.Errorf("usage %v, want %v", l.P.recent, want)
	}
	r.Run(l, nil, in)
	if want := []float64{2.5, 1, 0.25, 0.25}; !slices.Equal(l.P.recent, want) {
		t.Errorf("usage %v after another batch, want %v", l.P.recent, want)
	}
	cfg.Images = 3 // a batch is more than an epoch
	if r = NewReseeder(cfg); r.rate != 1 {
		t.Errorf("rate %g", r.rate)
	}
	cfg.Settings.MustSet("prototypes.reseed", false)
	if r = NewReseeder(cfg); r != nil {
		t.Error("a re-seeder although there is to be none")
	}
}

// TestReseedTakesTheCenterOff: usage is counted by what scores are compared by.
func TestReseedTakesTheCenterOff(t *testing.T) {
	r, cfg := reseedingRun(map[string]any{"prototypes.reseed_below": 0})
	l := newEMA(cfg, placed(cross, 2))
	in := &Step{Found: NewFound()}
	in.Z[part.Teacher] = []float32{0.8, 0.6, 0.8, 0.6, 0.8, 0.6, 0.6, 0.8}
	r.Run(l, []float32{0.5, 0, 0, 0}, in) // 0.3 and 0.1 for the first, 0.6 and 0.8 for the second
	if want := []float64{0.5, 2.5, 0.5, 0.5}; !slices.Equal(l.P.recent, want) {
		t.Errorf("usage %v, want %v", l.P.recent, want)
	}
}

// TestReseedMoves: a prototype below the bound is put on an embedding that is badly covered, counts
// as used again and so is left alone for a while; the next one goes elsewhere, for what the first
// one covers is covered.
func TestReseedMoves(t *testing.T) {
	r, cfg := reseedingRun(nil)
	l := newEMA(cfg, placed([]float32{1, 0, 1, 0, 1, 0, 1, 0}, 2))
	in := &Step{Index: 3, Found: NewFound()}
	in.Z[part.Teacher] = []float32{1, 0, 1, 0, 0, 1, 0, -1} // two are covered, two are not
	r.Run(l, nil, in)                                       // all are assigned to the first
	if want := []Event{{"reseed", 1}, {"reseed", 2}}; !slices.Equal(in.Found.Events, want) {
		t.Fatalf("events %v, want %v: after two moves everything is covered", in.Found.Events, want)
	}
	up, down := l.P.Value[2:4], l.P.Value[4:6]
	if up[1] < down[1] {
		up, down = down, up
	}
	if !slices.Equal(up, []float32{0, 1}) || !slices.Equal(down, []float32{0, -1}) {
		t.Errorf("moved to %v and %v", up, down)
	}
	if want := []float64{2.5, 1, 1, 0.5}; !slices.Equal(l.P.recent, want) || l.P.Reseeds() != 2 {
		t.Errorf("usage %v, want %v, %d re-seedings", l.P.recent, want, l.P.Reseeds())
	}
	in.Found = NewFound()
	in.Z[part.Teacher] = []float32{1, 0, 1, 0, 1, 0, 0.8, 0.6} // none for those that were moved, whose share is half of a fair one now
	r.below = 0.45
	r.Run(l, nil, in)
	if want := []Event{{"reseed", 3}}; !slices.Equal(in.Found.Events, want) || !slices.Equal(l.P.Value[6:], []float32{0.8, 0.6}) {
		t.Errorf("events %v a step later, want %v; the fourth is at %v", in.Found.Events, want, l.P.Value[6:])
	}
}

// TestReseedBound: a prototype at the bound stays, one under it goes; and none moves while the
// learner does not.
func TestReseedBound(t *testing.T) {
	for share, moves := range map[float64]bool{0.5: false, 0.4375: true} {
		r, cfg := reseedingRun(map[string]any{"prototypes.reseed_below": 0.25})
		l := newEMA(cfg, placed(cross, 2))
		l.P.recent[3] = share // no embedding: half of it remains
		in := &Step{Found: NewFound()}
		in.Z[part.Teacher] = []float32{0.8, 0.6, 0, 1, -1, 0, -1, 0}
		r.Run(l, nil, in)
		if moved := len(in.Found.Events) > 0; moved != moves {
			t.Errorf("share %g: moved %v", share/2, moved)
		}
	}
	r, cfg := reseedingRun(map[string]any{"prototypes.freeze_epochs": 1})
	j := newJoint(cfg, Host{}, NewPrototypes(cross, 4, 2, true))
	j.p.recent[3] = 0
	in := &Step{Found: NewFound()}
	in.Z[part.Teacher] = []float32{0.8, 0.6, 0, 1, -1, 0, -1, 0}
	r.Run(j, nil, in)
	if len(in.Found.Events) > 0 {
		t.Errorf("frozen prototypes were moved: %v", in.Found.Events)
	}
	in.Epoch = 1
	if r.Run(j, nil, in); len(in.Found.Events) != 1 {
		t.Errorf("events %v once they are free", in.Found.Events)
	}
}

// TestSplitStandsBeside: the new place is at the step's stated length from the old one, on the
// sphere, in a random direction.
func TestSplitStandsBeside(t *testing.T) {
	const d = 8
	r, cfg := reseedingRun(map[string]any{"prototypes.reseed_by": "split", "prototypes.reseed_below": 0.3})
	l := newEMA(cfg, placed(fixture.RandomUnit(7, 4, d), d))
	l.P.recent = []float64{1, 1, 0.5, 1.5}
	r.cos = make([]float32, 4*4)
	in := &Step{Index: 6, Found: NewFound()}
	in.Z[part.Teacher] = slices.Concat(l.P.Value[:d], l.P.Value[d:2*d], l.P.Value[3*d:], l.P.Value[3*d:])
	from := slices.Clone(l.P.Value[3*d:])
	rng := stream.New(cfg.Seed, "reseed", 6)
	z := make([]float64, d)
	var n float64
	for j := range z {
		z[j] = float64(float32(rng.NormFloat64()))
		n += z[j] * z[j]
	}
	want, length := make([]float64, d), 0.0
	for j, c := range from {
		want[j] = float64(c) + 0.1*z[j]/math.Sqrt(n)
		length += want[j] * want[j]
	}
	r.Run(l, nil, in)
	for j, w := range want {
		if got := float64(l.P.Value[2*d+j]); !(math.Abs(got-w/math.Sqrt(length)) <= 1e-6) {
			t.Errorf("coordinate %d is %g, want %g", j, got, w/math.Sqrt(length))
		}
	}
	// The third had 0.25 after this batch; the fourth 1.75, which both share.
	if want := []float64{1, 1, 0.875, 0.875}; !slices.Equal(l.P.recent, want) {
		t.Errorf("shares %v, want %v", l.P.recent, want)
	}
}

// TestSplitOfEqualShares: of prototypes with equal shares the first is split.
func TestSplitOfEqualShares(t *testing.T) {
	r, cfg := reseedingRun(map[string]any{"prototypes.reseed_by": "split", "prototypes.reseed_below": 0.3})
	l := newEMA(cfg, placed(cross, 2))
	r.rate = 0
	copy(l.P.recent, []float64{0.1, 2, 2, 1})
	in := &Step{Found: NewFound()}
	in.Z[part.Teacher] = cross
	if r.Run(l, nil, in); !slices.Equal(l.P.recent, []float64{1, 1, 2, 1}) {
		t.Errorf("shares %v", l.P.recent)
	}
}

// TestDraw knows which weight a number falls into.
func TestDraw(t *testing.T) {
	weights := []float64{0, 1, 0, 2, 1, 0}
	for u, want := range map[float64]int{0: 1, 0.2: 1, 0.25: 3, 0.5: 3, 0.74: 3, 0.75: 4, 0.999: 4, 1: 4} {
		if got := draw(weights, u); got != want {
			t.Errorf("%g draws %d, want %d", u, got, want)
		}
	}
	if got := draw([]float64{0, 0}, 0.5); got != -1 {
		t.Errorf("nothing to draw gives %d", got)
	}
}

// TestDistances: one minus the largest cosine of each embedding, never below 0.
func TestDistances(t *testing.T) {
	if got := distances([]float32{0.5, 0.25, -1, -0.5, 1.0000001, 0}, 3, 2); !slices.Equal(got, []float64{0.5, 1.5, 0}) {
		t.Errorf("distances %v", got)
	}
}

// TestCover: what a new prototype stands on is covered, what is near to it is covered better than
// before, the rest as before.
func TestCover(t *testing.T) {
	far := []float64{0.25, 1.5, 0.75}
	cover(far, []float32{0, 1, 1, 0, 0.6, 0.8}, 1, 2)
	if want := []float64{0.25, 0, 0.4}; !near64(far, want, 1e-6) {
		t.Errorf("distances %v, want %v", far, want)
	}
}

// near64 reports whether numbers agree.
func near64(a, b []float64, by float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= by })
}
