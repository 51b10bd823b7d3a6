package methods

import (
	"slices"
	"testing"

	"protobench/encoders"
	"protobench/methods/part"
)

// testEncoders are small forms of every encoder.
func testEncoders() map[string]encoders.Config {
	return map[string]encoders.Config{
		"convnet":  {Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Winograd: 2, Hidden: 16, Dim: 8},
		"mlp":      {Name: "mlp", Width: 1, Depth: 2, Dim: 8},
		"resnet18": {Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Winograd: 2, Hidden: 16, Dim: 8},
		"vit":      {Name: "vit", Width: 2, Depth: 2, Patch: 4, Heads: 3, Dim: 8},
	}
}

// engineVariants adds compositions that reach every encoder and every switch of the optimizers.
func engineVariants(t *testing.T, out map[string]part.Config) {
	n := testConfig(t, "swav")
	n.Train.Optimizer, n.Train.Nesterov, n.Train.Clip = "sgd", true, 0.01
	n.Settings.MustSet("prototypes.reseed", true)
	out["swav with Nesterov momentum, clipping"] = n
	a := testConfig(t, "dino")
	a.Train.Optimizer, a.Train.Clip = "adam", 0.01
	out["dino with Adam, clipping"] = a
	l := testConfig(t, "dino")
	l.Train.Optimizer, l.Train.LARS, l.Train.LARSEta, l.Train.LARSClip, l.Train.LARSExclude = "lars", "dino", 0.001, false, false
	out["dino with DINO's LARS"] = l
	r := testConfig(t, "swav")
	r.Encoder = encoders.Config{Name: "resnet18", Width: 4, Depth: 2, StemStride: 1, Winograd: 2, Hidden: 16, Dim: 8}
	out["swav on resnet18"] = r
	for name, cfg := range multiCropConfigs(t) {
		out[name+", with local crops"] = cfg
	}
	w := testConfig(t, "dino")
	w.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 2, Dim: 8}
	out["dino on vit"] = w
}

// TestEveryEncoderLearns trains each on the labels of one batch and as a host of prototypes, and
// checks that an image's features have the stated size and do not depend on the other images.
func TestEveryEncoderLearns(t *testing.T) {
	for name, enc := range testEncoders() {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig(t, "swav")
			cfg.Encoder, cfg.Train.Epochs, cfg.Train.LR = enc, 20, 0.01
			fitsLabels(t, cfg)
			tr := start(t, cfg)
			before := slices.Clone(tr.weights[part.Student].Params[0].Value)
			steps(t, tr, batches(cfg), 2)
			if slices.Equal(before, tr.weights[part.Student].Params[0].Value) {
				t.Error("two steps left the first layer as it was")
			}
			images := viewsAt(cfg, 7)
			size := len(images) / (2 * cfg.Train.Batch)
			all, _, err := tr.Features(part.Teacher, images)
			if err != nil {
				t.Fatal(err)
			}
			one, _, err := tr.Features(part.Teacher, images[3*size:4*size])
			if err != nil {
				t.Fatal(err)
			}
			if f := enc.Features(); len(one) != f || !slices.Equal(one, all[3*f:4*f]) {
				t.Errorf("an image's %d features depend on its neighbours, or are not %d", len(one), f)
			}
		})
	}
}

func fitsLabels(t *testing.T, cfg part.Config) {
	t.Helper()
	r, err := NewSupervised(cfg, 2)
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]int, 2*cfg.Train.Batch)
	for i := range labels {
		labels[i] = i % 2
	}
	var losses []float64
	for range 40 {
		loss, err := r.Step(viewsAt(cfg, 0), labels)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
	}
	if last := losses[len(losses)-1]; !(last < 0.7*losses[0]) {
		t.Errorf("loss went from %g to %g on one batch", losses[0], last)
	}
}
