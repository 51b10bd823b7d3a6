package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// descending is a joint learner of two prototypes in the plane that steps by plain gradient
// descent, with a gradient to follow.
func descending(settings map[string]any, h Host) *joint {
	cfg := small(settings)
	cfg.Train.Optimizer, cfg.Train.Momentum, cfg.Train.Clip = "sgd", 0, 0
	j := newJoint(cfg, h, NewPrototypes([]float32{1, 0, 0, -1}, 2, 2, true))
	j.param.Grad = []float32{0.5, -1, 0, 2}
	j.Adopt()
	return j
}

// TestJointStep computes a step by hand: the prototypes' rate is lr_mult times the run's, their
// weight decay follows the run's rise, rows go back on the sphere unless their lengths count, and
// the teacher's copy follows at the step's momentum.
func TestJointStep(t *testing.T) {
	for _, c := range []struct {
		mult, decay, rise, norm float64
		lengths                 bool
	}{
		{mult: 1, rise: 1, norm: 1, lengths: true},
		{mult: 10, rise: 1, norm: 1, lengths: true},
		{mult: 0, rise: 1, norm: 1, lengths: true},
		{mult: 3, decay: 0.2, rise: 5, norm: 1, lengths: true},
		{mult: 3, decay: 0.2, rise: 5, norm: 0.5, lengths: true},
		{mult: 3, rise: 1, norm: 1},
	} {
		j := descending(map[string]any{"prototypes.lr_mult": c.mult, "prototypes.weight_decay": c.decay, "prototypes.norm": c.norm}, Host{Lengths: c.lengths})
		const lr, momentum = 0.01, 0.75
		start, want := []float64{c.norm, 0, 0, -c.norm}, make([]float64, 4)
		for i, w := range start {
			want[i] = w - lr*c.mult*(float64(j.param.Grad[i])+c.decay*c.rise*w)
		}
		if !c.lengths {
			for _, row := range [][]float64{want[:2], want[2:]} {
				n := math.Hypot(row[0], row[1])
				row[0], row[1] = row[0]/n, row[1]/n
			}
		}
		j.After(&Step{LR: lr, Momentum: momentum, Decay: c.rise, Found: NewFound()})
		for i, w := range want {
			if got := float64(j.p.Value[i]); !(math.Abs(got-w) <= 1e-6) {
				t.Errorf("%+v: value %d is %g, want %g", c, i, got, w)
			}
			if got, want := float64(j.p.Teacher[i]), momentum*start[i]+(1-momentum)*w; !(math.Abs(got-want) <= 1e-6) {
				t.Errorf("%+v: the teacher's value %d is %g, want %g", c, i, got, want)
			}
		}
	}
}

// TestJointFreezes: prototypes get no update before the given epoch, and the first one at it.
func TestJointFreezes(t *testing.T) {
	j := descending(map[string]any{"prototypes.freeze_epochs": 1.5}, Host{Lengths: true})
	for epoch, moves := range map[float64]bool{0: false, 1.25: false, 1.5: true, 2: true} {
		before := slices.Clone(j.p.Value)
		j.After(&Step{LR: 0.1, Epoch: epoch, Decay: 1, Found: NewFound()})
		if moved := !slices.Equal(before, j.p.Value); moved != moves || j.Moves(epoch) != moves {
			t.Errorf("epoch %g: moved %v, says %v, want %v", epoch, moved, j.Moves(epoch), moves)
		}
	}
}

// TestJointForgets: of a prototype that is put elsewhere the optimizer forgets the momentum; Adam's
// second moment becomes the mean of all, for from zero the next step would be many times too long.
// The other rows' moments stay, and the row has the start's length.
func TestJointForgets(t *testing.T) {
	cfg := small(map[string]any{"prototypes.norm": 0.5})
	j := newJoint(cfg, Host{Lengths: true}, NewPrototypes([]float32{1, 0, 0, -1}, 2, 2, true))
	slots := j.optimizer.Slots(j.param)
	copy(slots[0], []float32{1, 2, 3, 4})
	copy(slots[1], []float32{1, 3, 5, 7})
	j.Move(1, []float32{0.6, 0.8})
	if want := []float32{1, 2, 0, 0}; !slices.Equal(slots[0], want) {
		t.Errorf("momentum %v, want %v", slots[0], want)
	}
	if want := []float32{1, 3, 4, 4}; !slices.Equal(slots[1], want) {
		t.Errorf("second moment %v, want %v", slots[1], want)
	}
	if row := j.p.Value[2:]; !fixture.Near(row, []float32{0.3, 0.4}) || !slices.Equal(row, j.p.Teacher[2:]) {
		t.Errorf("the prototype is at %v, the teacher's at %v", row, j.p.Teacher[2:])
	}
	if e := j.p.Effective; !fixture.Near(e[part.Student][2:], []float32{0.6, 0.8}) || !fixture.Near(e[part.Teacher][2:], []float32{0.6, 0.8}) {
		t.Errorf("the effective prototype is at %v", e)
	}
}

// TestForgetWithoutSecondMoment: SGD has a velocity alone.
func TestForgetWithoutSecondMoment(t *testing.T) {
	p := &encoders.Param{Shape: []int{3, 1}, Value: []float32{1, 2, 3}, LRMult: 1}
	sgd := optim.NewSGD([]*encoders.Param{p}, 0.9)
	v := sgd.Slots(p)[0]
	copy(v, []float32{7, 8, 9})
	forget(sgd, p, 1)
	if want := []float32{7, 0, 9}; !slices.Equal(v, want) {
		t.Errorf("velocity %v, want %v", v, want)
	}
}
