package distillation

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"

	G "gorgonia.org/gorgonia"
)

func TestGoldenIBOT(t *testing.T) {
	t.Run("ibot_loss", func(t *testing.T) {
		f := golden.Load(t, "ibot_loss")
		s, p := golden.Shape(f.Inputs["student_cls"]), golden.Shape(f.Inputs["student_patch"])
		v, k := objective.Views{Images: s[2], Global: p[1], Crops: s[1]}, s[3]
		set := DINO{
			Targets: "centering", CenterMomentum: fixture.Num(t, f.Params, "center_momentum"), WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: fixture.Num(t, f.Params, "teacher_temp"), WarmupEpochs: int(fixture.Num(t, f.Params, "warmup_teacher_temp_epochs")),
		}
		// The file has logits: embeddings on prototypes that are unit vectors.
		kp := p[4]
		patches := newPatches(IBOT{
			Ratio: 1, Start: int(fixture.Num(t, f.Params, "mim_start_epoch")), Weight: fixture.Num(t, f.Params, "lambda2"), TeacherTemperature: fixture.Num(t, f.Params, "teacher_patch_temp"),
			WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_patch_temp"), CenterMomentum: fixture.Num(t, f.Params, "center_momentum_patch"),
		}, set, kp, kp, p[1]*p[2], p[3])
		patches.temperature = fixture.Num(t, f.Params, "student_temp")
		unit := make([]float32, kp*kp)
		for i := range kp {
			unit[i*kp+i] = 1
		}
		o := &ibot{newDINO(set, v, k), patches, float32(fixture.Num(t, f.Params, "lambda1"))}
		got := map[string][]float32{}
		add := func(key string, x ...float32) { got[key] = append(got[key], x...) }
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			of := func(key string) []float32 { return golden.Float32s(f.Inputs[key].([]any)[step]) }
			in := objective.CodeInput{Scores: of("teacher_cls"), Epoch: float64(epoch)}
			add("teacher_temp", float32(o.ramp.At(epoch)))
			add("teacher_patch_temp", float32(patches.ramp.At(epoch)))
			add("cls_center_before", o.mean...)
			add("patch_center_before", patches.center...)
			cls, grad := lossOf(t, o, v, k, of("student_cls"), in, fixture.Num(t, f.Params, "student_temp"))
			patches.Prepare(nil, of("teacher_patch"), unit, of("masks"), epoch)
			g := G.NewGraph()
			z := graph.Input(g, "z", of("student_patch"), p[1]*p[2]*p[3], kp)
			loss := fixture.Node(t)(patches.Node(z, graph.Input(g, "c", unit, kp, kp), true))
			prog, grads := fixture.Run(t, g, loss, z)
			add("loss_cls", cls)
			add("loss_patch", prog.Value(loss)...)
			add("loss", cls+prog.Value(loss)[0])
			add("grad_student_cls", grad...)
			add("grad_student_patch", prog.Value(grads[0])...)
			o.After(in)
			add("cls_center_after", o.mean...)
			add("patch_center_after", patches.center...)
		}
		for key, want := range f.Expected {
			golden.Check(t, f, key, got[key], want)
		}
	})
}

// The class token's loss and its gradient go by λ₁; up to an epoch no patch is hidden, and their
// teacher temperature begins to rise there.
func TestIBOTWeightsAndStart(t *testing.T) {
	const images, k = 3, 4
	v := objective.Views{Images: images, Global: 2, Crops: 2}
	set := DINO{Targets: "centering", TeacherTemperature: 0.07, WarmupTemperature: 0.04, WarmupEpochs: 3}
	scores := fixture.RandomUnit(5, 2*images, k)
	at := func(weight float32) (float32, []float32) {
		o := &ibot{newDINO(set, v, k), nil, weight}
		return lossOf(t, o, v, k, scores, objective.CodeInput{Scores: scores}, 0.1)
	}
	whole, dWhole := at(1)
	part, dPart := at(0.25)
	if !(whole > 0.1) || part != whole/4 {
		t.Errorf("losses %g and %g, want a quarter", whole, part)
	}
	for i := range dWhole {
		if dPart[i] != dWhole[i]/4 {
			t.Fatalf("gradients %g and %g, want a quarter", dWhole[i], dPart[i])
		}
	}

	s := IBOT{Share: 1, Ratio: 0.5, Shape: "random", Start: 2, Weight: 1, WarmupTemperature: 0.04, TeacherTemperature: 0.07}
	p := newPatches(s, set, k, k, 1, 6)
	unit := fixture.RandomUnit(6, k, k)
	for epoch, want := range []float32{0, 0, 0.04, 0.055, 0.07, 0.07} {
		masks := []float32{1, 1, 1, 1, 1, 1}
		p.Hide(masks, 2, 3, 1, 10*epoch, epoch)
		if hidden := slices.Contains(masks, 1); hidden != (want > 0) {
			t.Errorf("epoch %d hides patches: %v", epoch, hidden)
		}
		if want == 0 {
			continue
		}
		z := fixture.RandomUnit(7, 6, k)
		p.Prepare(nil, z, unit, masks, epoch)
		row, inner := p.targets[:k], make([]float64, k)
		var sum float64
		for j := range inner {
			for d := range k {
				inner[j] += float64(unit[j*k+d]) * float64(z[p.rows[0]*k+d])
			}
			sum += math.Exp(inner[j] / float64(want))
		}
		for j, got := range row {
			if share := math.Exp(inner[j]/float64(want)) / sum; !(math.Abs(float64(got)/total(row)-share) < 1e-4) {
				t.Errorf("epoch %d: target %g of prototype %d, want %g", epoch, float64(got)/total(row), j, share)
			}
		}
	}
}

// What begins late in a run is said: hidden patches at their epoch, the teacher temperature of the
// class token at the end of its warm-up, and that of the patches as much later as they begin.
func TestIBOTOnsets(t *testing.T) {
	d := DeclareIBOT()
	if o := d.Onsets(small(nil)); o != nil {
		t.Errorf("without any: %v", o)
	}
	c := small(map[string]any{
		"ibot.patch_start_epoch": 2, "dino.warmup_teacher_epochs": 3, "dino.warmup_teacher_temperature": 0.04, "dino.teacher_temperature": 0.07,
		"ibot.patch_warmup_teacher_temperature": 0.04, "ibot.patch_teacher_temperature": 0.06,
	})
	c.Train.Epochs = 4 // the patches' rise has come halfway
	var keys []string
	var epochs []float64
	for _, o := range d.Onsets(c) {
		keys, epochs = append(keys, o.Key), append(epochs, o.Epoch)
	}
	if !slices.Equal(keys, []string{"dino.warmup_teacher_epochs", "ibot.patch_start_epoch", "dino.warmup_teacher_epochs"}) || !slices.Equal(epochs, []float64{2, 2, 4}) {
		t.Errorf("%v at %v", keys, epochs)
	}
	if o := d.Onsets(c)[2]; o.Missed != "the patches' teacher temperature ends at 0.05, short of 0.06" {
		t.Error(o.Missed)
	}
	for key, value := range map[string]any{"dino.warmup_teacher_epochs": 0, "ibot.patch_warmup_teacher_temperature": 0.06} {
		set := map[string]any{
			"dino.warmup_teacher_epochs": 3, "dino.warmup_teacher_temperature": 0.07, "dino.teacher_temperature": 0.07,
			"ibot.patch_warmup_teacher_temperature": 0.04, "ibot.patch_teacher_temperature": 0.06,
		}
		set[key] = value
		if o := d.Onsets(small(set)); o != nil {
			t.Errorf("%s = %v: %v", key, value, o)
		}
	}
}

func total(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v)
	}
	return s
}

func TestMasks(t *testing.T) {
	for _, shape := range []string{"block", "random"} {
		s := IBOT{Share: 0.5, Ratio: 0.3, Spread: 0.2, Shape: shape}
		const views, rows, columns = 400, 7, 8
		masks := make([]float32, views*rows*columns)
		s.Draw(masks, rows, columns, 1, 2)
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
		s.Draw(again, rows, columns, 1, 2)
		if !slices.Equal(again, masks[:len(again)]) {
			t.Errorf("%s: masks depend on how many views there are", shape)
		}
		s.Draw(again, rows, columns, 1, 3)
		if slices.Equal(again, masks[:len(again)]) {
			t.Errorf("%s: two steps have the same masks", shape)
		}
	}
}

// TestHiddenPatchesAreNeighbours: blocks have far more hidden pairs side by side than single
// patches.
func TestHiddenPatchesAreNeighbours(t *testing.T) {
	pairs := map[string]int{}
	for _, shape := range []string{"block", "random"} {
		const side, n = 10, 200
		masks := make([]float32, n*side*side)
		IBOT{Share: 1, Ratio: 0.2, Shape: shape}.Draw(masks, side, side, 1, 1)
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

// TestPatchesHaveRoom for as many hidden patches as there can be, in all views.
func TestPatchesHaveRoom(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "ibot.mask_ratio": 0.3, "ibot.mask_spread": 0.2})
	cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 2, Heads: 3, Dim: 4}
	o := newIBOT(cfg, objective.Views{Images: 2, Global: 2, Crops: 2}, 4)
	p := o.patches
	if p.N != 4 || p.Each != 16 || p.Rows() != 64 || p.temperature != 0.1 {
		t.Fatalf("%d views of %d patches at temperature %g", p.N, p.Each, p.temperature)
	}
	masks := make([]float32, 4*16)
	for i := range masks {
		if i%16 < 8 {
			masks[i] = 1
		}
	}
	p.Prepare(nil, fixture.RandomUnit(1, 4*16, 4), fixture.RandomUnit(2, 3, 4), masks, 0)
	var mass float64
	for _, v := range p.targets {
		mass += float64(v)
	}
	if !(math.Abs(mass-1) <= 1e-5) { // 32 rows of mass 1, each over 8 patches and 4 views
		t.Errorf("all targets sum to %g", mass)
	}
}

// TestIBOTAddsPatches: the loss is that of the class tokens and that of the hidden patches.
func TestIBOTAddsPatches(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "ibot.patch_weight": 2})
	cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 3, Dim: 5}
	v := objective.Views{Images: 2, Global: 2, Crops: 2}
	d := DeclareIBOT()
	o := newIBOT(cfg, v, 5)
	h := objective.NewHead(o, d.Traits(cfg.Settings), v, 3, 0.1, true)
	c, masks := fixture.RandomUnit(1, 3, 5), []float32{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0}
	h.Patches.Prepare(nil, fixture.RandomUnit(2, 16, 5), c, masks, 0)
	h.Take(objective.CodeInput{Scores: fixture.Uniform(4*3, "teacher")})
	run := func() float64 {
		g := G.NewGraph()
		z, zp := graph.Input(g, "z", fixture.RandomUnit(3, 4, 5), 4, 5), graph.Input(g, "zp", fixture.RandomUnit(4, 16, 5), 16, 5)
		loss := fixture.Node(t)(h.Build(z, zp, graph.Input(g, "c", c, 3, 5)))
		p, _ := fixture.Run(t, g, loss, z)
		return float64(p.Value(loss)[0])
	}
	both, patches := run(), o.patches.value
	h.Patches = nil
	if alone := run(); patches <= 0 || !(math.Abs(both-alone-patches) <= 1e-5) {
		t.Errorf("loss %g, of class tokens %g, of patches %g", both, alone, patches)
	}
}
