package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/part"
)

// TestMaskedStudent: hidden patches reach neither the student's class token nor its patches'
// embeddings, the teacher sees all, and every parameter, the mask token included, gets a gradient.
func TestMaskedStudent(t *testing.T) {
	cfg := testConfig(t, "ibot")
	cfg.Train.LocalCrops = 1
	cfg.Settings.MustSet("ibot.mask_share", 1)
	tr, x := start(t, cfg), batches(cfg)()
	steps(t, tr, func() []float32 { return x }, 1)
	student, teacher := slices.Clone(tr.z[part.Student]), slices.Clone(tr.z[part.Teacher])
	tr.done[0] = 0
	hidden := slices.Index(tr.masks, 1)
	if hidden < 0 {
		t.Fatal("nothing is hidden")
	}
	side := cfg.Input.Width / cfg.Encoder.Patch
	image, row, col := hidden/(side*side), hidden%(side*side)/side*cfg.Encoder.Patch, hidden%side*cfg.Encoder.Patch
	x[(image*cfg.Input.Height+row)*cfg.Input.Width*cfg.Input.Channels+col*cfg.Input.Channels]++
	fresh := start(t, cfg)
	steps(t, fresh, func() []float32 { return x }, 1)
	if !slices.Equal(student, fresh.z[part.Student]) {
		t.Error("the student saw a hidden patch")
	}
	if slices.Equal(teacher, fresh.z[part.Teacher]) {
		t.Error("the teacher did not see it")
	}
	for _, p := range fresh.weights[part.Student].Params {
		if kernel.Norm(p.Grad) == 0 {
			t.Errorf("%s has no gradient", p.Name)
		}
	}
}

func TestMaskedGradient(t *testing.T) {
	cfg := testConfig(t, "ibot")
	cfg.Train.LocalCrops = 1
	cfg.Settings.MustSet("ibot.mask_share", 1)
	cfg.Settings.MustSet("ibot.patch_weight", 3)
	for _, by := range []string{"prototypes", "encoder"} {
		checkGradient(t, start(t, cfg), batches(cfg)(), by)
	}
}

// TestPatchesCount: the loss of hidden patches is part of the step's, is reported, and with weight
// 0 leaves dino on masked views.
func TestPatchesCount(t *testing.T) {
	var losses [2]float64
	for i, weight := range []float64{1, 0} {
		cfg := testConfig(t, "ibot")
		cfg.Settings.MustSet("ibot.patch_weight", weight)
		cfg.Settings.MustSet("ibot.mask_share", 1)
		s := steps(t, start(t, cfg), batches(cfg), 1)[0]
		losses[i] = s.Loss - s.Values["loss.patches"]
		if (s.Values["loss.patches"] > 0) != (weight > 0) {
			t.Errorf("at weight %g the patches' loss is %g", weight, s.Values["loss.patches"])
		}
	}
	if !(math.Abs(losses[0]-losses[1]) <= 1e-5) {
		t.Errorf("class tokens' losses %g and %g", losses[0], losses[1])
	}
}
