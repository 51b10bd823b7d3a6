package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/part"
)

// intervening is a run that intervenes after its second epoch of four steps, and joint prototypes
// of which the second and the fourth are duplicates of the first.
func intervening(kind string) (*Intervention, *joint) {
	cfg := small(map[string]any{"prototypes.count": 4, "prototypes.intervene": kind, "prototypes.intervene_epoch": 2.0})
	near := []float32{1, 0, 0, 0.99, 0.1, 0, 0, 0, 1, 0.99, 0, -0.1}
	kernel.NormalizeRows(near, near, 4, 3, nil)
	p := NewPrototypes(near, 4, 3, true)
	return NewIntervention(cfg), newJoint(cfg, Host{Lengths: true}, p)
}

// TestIntervention: near-duplicates, and nothing else, go where the kind says, in one step.
func TestIntervention(t *testing.T) {
	for kind, far := range map[string][2]float64{"merge": {0, 1e-6}, "split": {0.0999, 0.1001}, "randomise": {0.025, 2}} {
		v, j := intervening(kind)
		before := slices.Clone(j.p.Value)
		for index := range 10 {
			s := &Step{Index: index, Found: NewFound()}
			v.Run(j, s)
			switch {
			case index != 7:
				if len(s.Found.Events) != 0 {
					t.Errorf("%s: %v in step %d", kind, s.Found.Events, index)
				}
			case !slices.Equal(s.Found.Events, []Event{{kind, 1}, {kind, 3}}):
				t.Errorf("%s: %v in step 7", kind, s.Found.Events)
			}
		}
		row := func(c []float32, k int) []float32 { return c[3*k:][:3] }
		for k := range 4 {
			if kept := k != 1 && k != 3; kept != slices.Equal(row(before, k), row(j.p.Value, k)) {
				t.Errorf("%s: prototype %d is %v, was %v", kind, k, row(j.p.Value, k), row(before, k))
			}
			if distance := 1 - float64(kernel.Dot(row(j.p.Effective[part.Student], k), row(before, 0))); k%2 == 1 && (distance < far[0] || distance > far[1]) {
				t.Errorf("%s: prototype %d is %g away, want %v", kind, k, distance, far)
			}
			if !slices.Equal(row(j.p.Effective[part.Teacher], k), row(j.p.Effective[part.Student], k)) {
				t.Errorf("%s: the teacher has another prototype %d", kind, k)
			}
			if norm := math.Sqrt(float64(kernel.Dot(row(j.p.Value, k), row(j.p.Value, k)))); math.Abs(norm-1) > 1e-5 {
				t.Errorf("%s: length %g", kind, norm)
			}
		}
	}
}

// TestNoIntervention: none by default.
func TestNoIntervention(t *testing.T) {
	if v := NewIntervention(small(nil)); v != nil {
		t.Error("an intervention that nobody asked for")
	}
}
