package methods

import (
	"slices"
	"sync"
	"testing"

	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/internal/stream"
	"protobench/methods/part"
)

// testConfig is a small but complete run of a preset.
func testConfig(tb testing.TB, preset string) part.Config {
	tb.Helper()
	comp, keys, ok := Preset(preset)
	if !ok {
		tb.Fatalf("no preset %q", preset)
	}
	cfg := part.Config{
		Composition: comp, Input: encoders.Input{Height: 8, Width: 8, Channels: 3}, Seed: 5, StepsPerEpoch: 4, Images: 64,
		Encoder: encoders.Config{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8},
		Train: part.Train{
			Epochs: 4, Batch: 16, Optimizer: "adamw", LR: 2e-3, Warmup: 0.1, WeightDecay: 1e-4, DecayRise: 1, Momentum: 0.9, Teacher: 0.9, TeacherEnd: 0.99,
			LARS: "solo-learn", LARSEta: 0.02, LARSClip: true, LARSExclude: true,
		},
	}
	cfg.Settings = smallSettings()
	cfg.Settings.MustSetAll(keys)
	if comp.Objective == "ibot" {
		cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 2, Patch: 2, Heads: 3, Hidden: 16, Dim: 8}
	}
	if _, ok := keys["carp.block"]; !ok {
		cfg.Settings.MustSet("carp.block", 5)
	}
	return cfg
}

// drawn are the random views that tests have drawn, by their number of values and their batch: drawing
// them for every start of a run anew took a tenth of all tests' time.
var drawn sync.Map

// batches returns a source of random views and local crops, the same for equal configs.
func batches(cfg part.Config) func() []float32 {
	n, i := values(2*cfg.Train.Batch, cfg.Input)+values(cfg.Train.LocalCrops*cfg.Train.Batch, cfg.Train.Local(cfg.Input)), uint64(0)
	return func() []float32 {
		i++
		at := [2]uint64{uint64(n), i}
		if x, ok := drawn.Load(at); ok {
			return slices.Clone(x.([]float32))
		}
		r, x := stream.New(9, "views", i), make([]float32, n)
		for j := range x {
			x[j] = float32(r.NormFloat64())
		}
		drawn.Store(at, slices.Clone(x))
		return x
	}
}

// BenchmarkStep times a whole step of the default ablation's size.
func BenchmarkStep(b *testing.B) {
	for _, preset := range []string{"swav", "dino", "swav+gmm"} {
		b.Run(preset, func(b *testing.B) {
			cfg := testConfig(b, preset)
			cfg.Input = encoders.Input{Height: 32, Width: 32, Channels: 3}
			cfg.Encoder = encoders.Config{Name: "convnet", Width: 16, Depth: 4, StemStride: 1, Hidden: 256, Dim: 64}
			cfg.Train.Batch, cfg.Images = 128, 4000
			cfg.Settings.MustSet("prototypes.count", 256)
			cfg.Composition.Observers = nil
			t, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			x := batches(cfg)()
			if err := t.Prepare(func() []float32 { return x }); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := t.Step(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// smallSettings are the defaults with what small runs need.
func smallSettings() setting.Values {
	v := Defaults()
	v.MustSetAll(map[string]any{
		"prototypes.count": 12, "sela.heads": 1, "smog.momentum": 0.9, "smog.reset_steps": 6, "pcl.sets": 2, "pcl.negatives": 20, "pcl.iterations": 5,
		"pcl.warmup_epochs": 1, "massl.memory": 40, "massl.block": 9, "massl.warmup_teacher_epochs": 2, "sop.memory": 40, "sop.anchors": 5, "sop.supports": 2, "lejepa.slices": 20, "epoch-kmeans.iterations": 5,
		"self-cluster.lr": 0.01, "ema.momentum": 0.9, "hyperspherical.steps": 100, "repulsion.margin": 0.2,
	})
	return v
}
