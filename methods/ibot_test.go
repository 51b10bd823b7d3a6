package methods

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

func TestGoldenIBOT(t *testing.T) {
	t.Run("ibot_loss", func(t *testing.T) {
		f := golden.Load(t, "ibot_loss")
		s, p := golden.Shape(f.Inputs["student_cls"]), golden.Shape(f.Inputs["student_patch"])
		v, k := views{images: s[2], global: p[1], crops: s[1]}, s[3]
		set := DINO{
			Targets: "centering", CenterMomentum: num(t, f.Params, "center_momentum"), WarmupTemperature: num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: num(t, f.Params, "teacher_temp"), WarmupEpochs: int(num(t, f.Params, "warmup_teacher_temp_epochs")),
		}
		// The file has logits: embeddings on prototypes that are unit vectors.
		kp := p[4]
		patches := newPatches(IBOT{
			Ratio: 1, Weight: num(t, f.Params, "lambda2"), TeacherTemperature: num(t, f.Params, "teacher_patch_temp"),
			WarmupTemperature: num(t, f.Params, "warmup_teacher_patch_temp"), CenterMomentum: num(t, f.Params, "center_momentum_patch"),
		}, set, kp, kp, p[1]*p[2], p[3])
		patches.temperature = num(t, f.Params, "student_temp")
		unit := make([]float32, kp*kp)
		for i := range kp {
			unit[i*kp+i] = 1
		}
		o := &ibot{newDINO(set, v, k), patches}
		got := map[string][]float32{}
		add := func(key string, x ...float32) { got[key] = append(got[key], x...) }
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			of := func(key string) []float32 { return golden.Float32s(f.Inputs[key].([]any)[step]) }
			in := codeInput{scores: of("teacher_cls"), epoch: float64(epoch)}
			add("teacher_temp", float32(o.ramp.At(epoch)))
			add("teacher_patch_temp", float32(patches.ramp.At(epoch)))
			add("cls_center_before", o.mean...)
			add("patch_center_before", patches.center...)
			cls, grad := lossOf(t, o, v, k, of("student_cls"), in, num(t, f.Params, "student_temp"))
			patches.prepare(nil, of("teacher_patch"), unit, of("masks"), epoch)
			g := G.NewGraph()
			z := graph.Input(g, "z", of("student_patch"), p[1]*p[2]*p[3], kp)
			loss := node(t)(patches.node(z, graph.Input(g, "c", unit, kp, kp), true))
			prog, grads := run(t, g, loss, z)
			add("loss_cls", cls)
			add("loss_patch", prog.Value(loss)...)
			add("loss", cls+prog.Value(loss)[0])
			add("grad_student_cls", grad...)
			add("grad_student_patch", prog.Value(grads[0])...)
			o.after(in)
			add("cls_center_after", o.mean...)
			add("patch_center_after", patches.center...)
		}
		for key, want := range f.Expected {
			golden.Check(t, f, key, got[key], want)
		}
	})
}

func TestMasks(t *testing.T) {
	for _, shape := range []string{"block", "random"} {
		s := IBOT{Share: 0.5, Ratio: 0.3, Spread: 0.2, Shape: shape}
		const views, rows, columns = 400, 7, 8
		masks := make([]float32, views*rows*columns)
		s.draw(masks, rows, columns, 1, 2)
		empty, total := 0, 0
		for i := range views {
			view := masks[i*rows*columns:][:rows*columns]
			n := 0
			for _, m := range view {
				n += int(m)
			}
			if n > int(0.5*rows*columns) {
				t.Fatalf("%s: view %d hides %d patches", shape, i, n)
			}
			if n == 0 {
				empty++
			}
			total += n
		}
		if part := float64(total) / float64(views-empty) / (rows * columns); empty < views*4/10 || empty > views*6/10 || part < 0.24 || part > 0.33 {
			t.Errorf("%s: %d of %d views hide nothing, the others %g of their patches", shape, empty, views, part)
		}
		again := make([]float32, views*rows*columns/2)
		s.draw(again, rows, columns, 1, 2)
		if !slices.Equal(again, masks[:len(again)]) {
			t.Errorf("%s: masks depend on how many views there are", shape)
		}
		s.draw(again, rows, columns, 1, 3)
		if slices.Equal(again, masks[:len(again)]) {
			t.Errorf("%s: two steps have the same masks", shape)
		}
	}
}

// TestHiddenPatchesAreNeighbours: blocks have far more hidden pairs side by side than single patches.
func TestHiddenPatchesAreNeighbours(t *testing.T) {
	pairs := map[string]int{}
	for _, shape := range []string{"block", "random"} {
		const side, n = 10, 200
		masks := make([]float32, n*side*side)
		IBOT{Share: 1, Ratio: 0.2, Shape: shape}.draw(masks, side, side, 1, 1)
		for i := range len(masks) - 1 {
			if i%side != side-1 && masks[i] == 1 && masks[i+1] == 1 {
				pairs[shape]++
			}
		}
	}
	if pairs["block"] < 2*pairs["random"] {
		t.Errorf("hidden neighbours: %v", pairs)
	}
}

// TestMaskedStudent: hidden patches reach neither the student's class token nor its patches' embeddings, the teacher sees all, and
// every parameter, the mask token included, gets a gradient.
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

// TestPatchesCount: the loss of hidden patches is part of the step's, is reported, and with weight 0 leaves dino on masked views.
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
	if math.Abs(losses[0]-losses[1]) > 1e-5 {
		t.Errorf("class tokens' losses %g and %g", losses[0], losses[1])
	}
}
