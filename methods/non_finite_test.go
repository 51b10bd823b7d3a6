package methods

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// A sound run has no number that is not finite, in its state or in any result of its graphs: what is
// found in a run that has diverged is then the fault.
func TestSoundRunsHaveNoFault(t *testing.T) {
	for name, cfg := range variants(t) {
		t.Run(name, func(t *testing.T) {
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), 5)
			if err := tr.Sound(); err != nil {
				t.Error(err)
			}
			if f, ok := tr.within(); ok {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Whatever breaks a run before its fourth step, its error says where that began, and nothing follows.
func TestDivergenceIsTracedToItsOrigin(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name, preset string
		spoil        func(tr *Trainer, views []float32)
		want         NonFinite
	}{
		{"views", "swav", func(_ *Trainer, views []float32) { views[7] = nan },
			NonFinite{Step: 4, Loss: "NaN", Tensor: "the views", Operation: "the augmentations, or the data"}},
		{"a student's weight", "swav", func(tr *Trainer, _ []float32) { tr.weights[part.Student].Params[0].Value[0] = nan },
			NonFinite{Step: 3, Loss: "NaN", Tensor: "student.block1.conv.weight", Operation: "the update by adamw"}},
		{"a teacher's weight", "dino", func(tr *Trainer, _ []float32) { tr.weights[part.Teacher].Params[0].Value[0] = nan },
			NonFinite{Step: 3, Loss: "NaN", Tensor: "teacher.block1.conv.weight", Operation: "the teacher's moving average"}},
		{"sufficient statistics", "swav+gmm", func(tr *Trainer, _ []float32) {
			fixture.Entry(t, tr.host.learners[0], "mixture.mu").F32[3] = nan
		}, NonFinite{Step: 4, Loss: "NaN", Tensor: "arm.", Operation: "the learner gmm or the objective swav"}},
		{"weights too large to multiply", "swav", func(tr *Trainer, _ []float32) {
			p := tr.weights[part.Student].Params
			last := p[len(p)-2].Value
			for i := range last {
				last[i] = math.MaxFloat32
			}
		}, NonFinite{Step: 4, Loss: "NaN", Tensor: "a result of shape (32, ", Operation: " in the student's graph"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := testConfig(t, c.preset)
			next := batches(cfg)
			tr := start(t, cfg)
			steps(t, tr, next, 3)
			views := slices.Clone(next())
			c.spoil(tr, views)
			before := tr.State()
			_, err := tr.Step(views)
			var got *NonFinite
			if !errors.As(err, &got) {
				t.Fatalf("%v", err)
			}
			if got.Step != c.want.Step || got.Loss != c.want.Loss || !strings.HasPrefix(got.Tensor, c.want.Tensor) || !strings.HasSuffix(got.Operation, c.want.Operation) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			sameWeights(t, before, tr.State())
		})
	}
}

// sameWeights checks that no update has followed.
func sameWeights(t *testing.T, before, after []part.Named) {
	t.Helper()
	updated := func(n part.Named) bool {
		return !strings.HasPrefix(n.Name, "optimizer.") && n.Name != "step"
	}
	if d := fixture.Diff(slices.DeleteFunc(before, updated), slices.DeleteFunc(after, updated)); d != "" {
		t.Errorf("the step has gone on: %.200s", d)
	}
}

// A gradient alone that is not finite is found before it is followed, whatever the loss says.
func TestGradientsAreLookedAt(t *testing.T) {
	cfg := testConfig(t, "swav")
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 1)
	if !tr.trusted() {
		t.Fatal("a sound step is not trusted")
	}
	for _, grad := range [][]float32{tr.weights[part.Student].Params[1].Grad, tr.host.learners[0].Params()[0].Grad} {
		was := grad[len(grad)-1]
		grad[len(grad)-1] = float32(math.Inf(-1))
		if tr.trusted() {
			t.Error("an infinite gradient is trusted")
		}
		grad[len(grad)-1] = was
	}
}

func TestStatesAreLookedThrough(t *testing.T) {
	cfg := testConfig(t, "swav+gmm")
	cfg.Composition.Observers = []string{"joint"}
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 1)
	for _, e := range tr.entries() {
		if len(e.F32)+len(e.F64) == 0 {
			continue
		}
		spoil, mend := func() { e.F32[0] = float32(math.Inf(1)) }, func(v float64) { e.F32[0] = float32(v) }
		var was float64
		if len(e.F64) > 0 {
			was = e.F64[0]
			spoil, mend = func() { e.F64[0] = math.NaN() }, func(v float64) { e.F64[0] = v }
		} else {
			was = float64(e.F32[0])
		}
		spoil()
		var got *NonFinite
		if !errors.As(tr.Sound(), &got) || got.Tensor != e.Name || got.Operation == "" {
			t.Errorf("%s: %+v", e.Name, got)
		}
		mend(was)
	}
	if err := tr.Sound(); err != nil {
		t.Error(err)
	}
}

// A row's step is looked at like an arm's.
func TestRowsAreTraced(t *testing.T) {
	cfg := testConfig(t, "swav")
	r, err := NewSupervised(cfg, 3)
	if err != nil {
		t.Fatal(err)
	}
	views, labels := batches(cfg)(), make([]int, 2*cfg.Train.Batch)
	if _, err := r.Step(views, labels); err != nil || r.Sound() != nil {
		t.Fatal(err, r.Sound())
	}
	classifier := r.head[0]
	was := classifier.Value[0]
	classifier.Value[0] = float32(math.Inf(1))
	if got := new(NonFinite); !errors.As(r.Sound(), &got) || got.Tensor != classifier.Name {
		t.Errorf("%v", r.Sound())
	}
	classifier.Value[0] = was
	bad := slices.Clone(views)
	bad[0] = float32(math.NaN())
	_, err = r.Step(bad, labels)
	if got := new(NonFinite); !errors.As(err, &got) || got.Step != 2 || got.Tensor != "x" {
		t.Errorf("%v", err)
	}
}
