package methods

import (
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
)

// TestSeLaLabels checks that labels hold for an epoch, are those of the step's images, and change
// then.
func TestSeLaLabels(t *testing.T) {
	cfg := testConfig(t, "sela")
	cfg.Settings.MustSet("sela.heads", 1)
	tr, next := start(t, cfg), batches(cfg)
	label := fixture.Entry(t, tr.host.objective, "labels").F64
	first := slices.Clone(label)
	for step := range cfg.StepsPerEpoch {
		steps(t, tr, next, 1)
		q := tr.host.head.Codes
		for row := range 2 * cfg.Train.Batch {
			if want := first[cfg.Indices(step)[row%cfg.Train.Batch]]; q[row*12+int(want)] != 1 {
				t.Errorf("step %d: row %d is not labelled %g", step, row, want)
			}
		}
	}
	if !slices.Equal(first, label) {
		t.Error("labels changed within the epoch")
	}
	if s := steps(t, tr, next, 1)[0]; slices.Equal(first, label) || s.Values["sela.relabelled"] <= 0 || s.Values["sela.error"] > 0.01 {
		t.Errorf("after an epoch %g of the labels are new, error %g", s.Values["sela.relabelled"], s.Values["sela.error"])
	}
}

// TestClassifierScores checks that the scores that metrics see have the length of the rows and the
// bias.
func TestClassifierScores(t *testing.T) {
	cfg := testConfig(t, "sela")
	cfg.Settings.MustSet("sela.heads", 3)
	cfg.Train.Teacher, cfg.Train.TeacherEnd, cfg.Train.LR = 0, 0, 0.1
	tr := start(t, cfg)
	steps(t, tr, batches(cfg), 4)
	bias, p, d := tr.host.extra[0], tr.host.learners[0].Vectors(), cfg.Encoder.Dim
	z := make([]float32, d)
	z[0], z[d-1] = 2, -1
	got := tr.Learned()[0].Scores(z)
	for k := range p.K {
		row := p.Value[k*d:][:d]
		if want := kernel.Dot(row, z) + bias.Value[k]; !fixture.Near(got[k:k+1], []float32{want}) {
			t.Errorf("score of prototype %d: %g, want %g", k, got[k], want)
		}
	}
	if fixture.Unit(p.Value, d) > 1 {
		t.Error("the rows' length is not free")
	}
}

// TestSeLaHeads checks that each classifier has labels, a bias and a teacher's bias of its own.
func TestSeLaHeads(t *testing.T) {
	const heads, k = 3, 12
	cfg := testConfig(t, "sela")
	cfg.Train.Teacher, cfg.Train.TeacherEnd, cfg.Train.LR = 0, 0, 0.1
	cfg.Settings.MustSet("sela.heads", heads)
	tr, next := start(t, cfg), batches(cfg)
	steps(t, tr, next, 6)
	labels, q := fixture.Entry(t, tr.host.objective, "labels").F64, tr.host.head.Codes
	for row := range 2 * cfg.Train.Batch {
		i := cfg.Indices(5)[row%cfg.Train.Batch]
		for h := range heads {
			if label := labels[h*cfg.Images+i]; q[(row*heads+h)*k+int(label)] != 1 {
				t.Errorf("row %d is not labelled %g by head %d", row, label, h)
			}
		}
	}
	teacher := fixture.Entry(t, tr.host.objective, "teacher").F32
	for i, b := range tr.host.extra[0].Value {
		if teacher[i] != -b {
			t.Errorf("head %d: a teacher without memory has the bias %g, the student %g", i/k, -teacher[i], b)
		}
	}
}
