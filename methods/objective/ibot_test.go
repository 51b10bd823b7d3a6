package objective

import (
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

func TestGoldenIBOT(t *testing.T) {
	t.Run("ibot_loss", func(t *testing.T) {
		f := golden.Load(t, "ibot_loss")
		s, p := golden.Shape(f.Inputs["student_cls"]), golden.Shape(f.Inputs["student_patch"])
		v, k := Views{Images: s[2], Global: p[1], Crops: s[1]}, s[3]
		set := DINO{
			Targets: "centering", CenterMomentum: fixture.Num(t, f.Params, "center_momentum"), WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_temp"),
			TeacherTemperature: fixture.Num(t, f.Params, "teacher_temp"), WarmupEpochs: int(fixture.Num(t, f.Params, "warmup_teacher_temp_epochs")),
		}
		// The file has logits: embeddings on prototypes that are unit vectors.
		kp := p[4]
		patches := newPatches(IBOT{
			Ratio: 1, Weight: fixture.Num(t, f.Params, "lambda2"), TeacherTemperature: fixture.Num(t, f.Params, "teacher_patch_temp"),
			WarmupTemperature: fixture.Num(t, f.Params, "warmup_teacher_patch_temp"), CenterMomentum: fixture.Num(t, f.Params, "center_momentum_patch"),
		}, set, kp, kp, p[1]*p[2], p[3])
		patches.temperature = fixture.Num(t, f.Params, "student_temp")
		unit := make([]float32, kp*kp)
		for i := range kp {
			unit[i*kp+i] = 1
		}
		o := &ibot{newDINO(set, v, k), patches}
		got := map[string][]float32{}
		add := func(key string, x ...float32) { got[key] = append(got[key], x...) }
		for step, epoch := range golden.Ints(f.Params["epoch_of_step"]) {
			of := func(key string) []float32 { return golden.Float32s(f.Inputs[key].([]any)[step]) }
			in := CodeInput{Scores: of("teacher_cls"), Epoch: float64(epoch)}
			add("teacher_temp", float32(o.ramp.At(epoch)))
			add("teacher_patch_temp", float32(patches.ramp.At(epoch)))
			add("cls_center_before", o.mean...)
			add("patch_center_before", patches.center...)
			cls, grad := lossOf(t, o, v, k, of("student_cls"), in, fixture.Num(t, f.Params, "student_temp"))
			patches.Prepare(nil, of("teacher_patch"), unit, of("masks"), epoch)
			g := G.NewGraph()
			z := graph.Input(g, "z", of("student_patch"), p[1]*p[2]*p[3], kp)
			loss := fixture.Node(t)(patches.node(z, graph.Input(g, "c", unit, kp, kp), true))
			prog, grads := fixture.Run(t, g, loss, z)
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
