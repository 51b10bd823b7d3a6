package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestMoved: the path is the mean angle that prototypes turn, added up, and the drift that of the
// last whole epoch.
func TestMoved(t *testing.T) {
	p := NewPrototypes([]float32{1, 0, 0, 1}, 2, 2, false)
	turn := func(a float64) { // the first to an angle, the second stays
		p.Value[0], p.Value[1] = 3*float32(math.Cos(a)), 3*float32(math.Sin(a))
		p.Moved(nil)
	}
	var values map[string]float64
	for i, a := range []float64{0.2, 0.5, 0.4, 0.4, 1.4, 1.3} {
		turn(a)
		s := &Step{Index: i, PerEpoch: 3, Found: NewFound()}
		p.EndStep(s)
		values = s.Found.Values
		path := []float64{0.1, 0.25, 0.3, 0.3, 0.8, 0.85}[i]
		drift := []float64{0, 0, 0.3, 0.3, 0.3, 0.55}[i]
		if !(math.Abs(p.Path()-path) <= 1e-6) || !(math.Abs(p.Drift()-drift) <= 1e-6) || values["path"] != p.Path() || values["drift"] != p.Drift() {
			t.Errorf("step %d: path %g, drift %g, want %g and %g; noted %v", i, p.Path(), p.Drift(), path, drift, values)
		}
	}
	p.EndStep(&Step{Index: 1, Found: NewFound()}) // where nothing is known of epochs none ends
	if !(math.Abs(p.Drift()-0.55) <= 1e-6) {
		t.Errorf("drift %g", p.Drift())
	}
}

// TestMovedInChunks has more prototypes than a task takes: all of them turn twice, by a tenth each
// time.
func TestMovedInChunks(t *testing.T) {
	const k = 20000
	start := make([]float32, 2*k)
	turn := func(c []float32, by float64) { // from places all over the circle
		for i := range k {
			c[2*i], c[2*i+1] = float32(math.Cos(float64(i)+by)), float32(math.Sin(float64(i)+by))
		}
	}
	turn(start, 0)
	p := NewPrototypes(start, k, 2, true)
	for i, a := range []float64{0.1, 0.2} {
		turn(p.Value, a)
		p.Moved(nil)
		if want := 0.1 * float64(i+1); !(math.Abs(p.Path()-want) <= 1e-5) {
			t.Errorf("path %g, want %g", p.Path(), want)
		}
	}
}

// TestStateShapes: every entry's shape is that of its numbers, for every learner.
func TestStateShapes(t *testing.T) {
	for _, d := range Declarations() {
		l := d.New(small(map[string]any{"prototypes.count": 3, "gmm.covariance": "diagonal"}), Host{}, placed(RandomHeads(1, 1, 3, 4), 4))
		for _, e := range append(l.State(""), l.Vectors().State("")...) {
			n := 1
			for _, s := range e.Shape {
				n *= s
			}
			if have := len(e.F32) + len(e.F64); n != have {
				t.Errorf("%s: %s has %d numbers of shape %v", d.Name, e.Name, have, e.Shape)
			}
		}
	}
}

func TestAngle(t *testing.T) {
	for _, c := range []struct {
		b    []float32
		want float64
	}{{[]float32{1, 0}, 0}, {[]float32{0, 1}, math.Pi / 2}, {[]float32{-1, 0}, math.Pi}, {[]float32{1, 1e-4}, 1e-4}} {
		if got := angle([]float32{1, 0}, c.b); !(math.Abs(got-c.want) <= 1e-7*max(1, c.want)) {
			t.Errorf("angle to %v is %g, want %g", c.b, got, c.want)
		}
	}
}

// TestPublish: where the teacher has a copy it follows a published change and stands apart from a
// change that is not.
func TestPublish(t *testing.T) {
	for _, separate := range []bool{false, true} {
		p := NewPrototypes([]float32{1, 0, 0, 1}, 2, 2, separate)
		if p.shared() == separate {
			t.Errorf("separate %v: shared %v", separate, p.shared())
		}
		copy(p.Value, []float32{0, 2, -4, 0})
		p.effective(0, 1)
		if want := []float32{0, 1, 0, 1}; !fixture.Near(p.Effective[part.Student], want) {
			t.Errorf("separate %v: one refreshed, student %v, want %v", separate, p.Effective[part.Student], want)
		}
		want := []float32{0, 1, 0, 1}
		if separate {
			want = []float32{1, 0, 0, 1}
		}
		if !fixture.Near(p.Effective[part.Teacher], want) {
			t.Errorf("separate %v: one refreshed, teacher %v, want %v", separate, p.Effective[part.Teacher], want)
		}
		p.replaced(1)
		if want[2], want[3] = -1, 0; !fixture.Near(p.Effective[part.Teacher], want) {
			t.Errorf("separate %v: the second replaced, teacher %v, want %v", separate, p.Effective[part.Teacher], want)
		}
		p.Publish(nil)
		if want := []float32{0, 1, -1, 0}; !fixture.Near(p.Effective[part.Teacher], want) || !slices.Equal(p.Teacher, p.Value) {
			t.Errorf("separate %v: published, teacher %v, want %v", separate, p.Effective[part.Teacher], want)
		}
	}
}

// TestPrototypesState has an entry for the teacher's copy where there is one.
func TestPrototypesState(t *testing.T) {
	for _, separate := range []bool{false, true} {
		names := []string{}
		for _, e := range NewPrototypes([]float32{1, 0, 0, 1}, 2, 2, separate).State("p.") {
			names = append(names, e.Name)
		}
		if slices.Contains(names, "p.teacher") != separate || !slices.Contains(names, "p.value") || !slices.Contains(names, "p.recent") {
			t.Errorf("separate %v: entries %v", separate, names)
		}
	}
}

// TestHeadsShareOneMatrix: each head's prototypes are its part of the whole, in both branches; the
// first head starts as an arm with one head does, the others elsewhere.
func TestHeadsShareOneMatrix(t *testing.T) {
	const heads, k, d = 3, 2, 4
	start := RandomHeads(7, heads, k, d)
	if !slices.Equal(start[:k*d], RandomHeads(7, 1, k, d)) || len(start) != heads*k*d {
		t.Error("the first head starts elsewhere than an only one")
	}
	for h := 1; h < heads; h++ {
		if slices.Equal(start[h*k*d:][:k*d], start[(h-1)*k*d:][:k*d]) {
			t.Errorf("heads %d and %d start alike", h-1, h)
		}
	}
	if n := fixture.Unit(start, d); n != heads*k {
		t.Errorf("%d of %d have length 1", n, heads*k)
	}
	parts := NewHeads(start, heads, k, d, true)
	for h, p := range parts {
		p.Value[0] = float32(10 + h)
		p.Publish(nil)
		whole := p.Whole
		if at := h * k * d; whole.K != heads*k || whole.Value[at] != p.Value[0] || whole.Teacher[at] != p.Value[0] || p.Head != h || p.K != k || p.shared() {
			t.Errorf("head %d is not its part of the whole", h)
		}
		for b := range 2 {
			if &whole.Effective[b][h*k*d] != &p.Effective[b][0] || len(p.Effective[b]) != k*d {
				t.Errorf("head %d, branch %d: effective prototypes of its own", h, b)
			}
		}
	}
	if one := NewHeads(start[:k*d], 1, k, d, false); len(one) != 1 || one[0].Whole != one[0] {
		t.Error("one head is not the whole")
	}
}

// TestHeadStreams: streams of different heads, purposes and keys are different, that of head 0 is
// an arm's with one head.
func TestHeadStreams(t *testing.T) {
	seen := map[uint64]bool{}
	for h := range 3 {
		for key := range uint64(2) {
			seen[HeadStream(1, "a", h, key).Uint64()] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d different streams, want 6", len(seen))
	}
}
