package methods

import (
	"testing"

	"protobench/encoders"
	"protobench/internal/stream"
)

// testConfig is a small but complete run of a preset.
func testConfig(tb testing.TB, preset string) Config {
	tb.Helper()
	comp, keys, ok := Preset(preset)
	if !ok {
		tb.Fatalf("no preset %q", preset)
	}
	cfg := Config{
		Composition: comp, Input: encoders.Input{Height: 8, Width: 8, Channels: 3}, Seed: 5, StepsPerEpoch: 4, Images: 64,
		Encoder: encoders.Config{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8},
		Train: Train{
			Epochs: 4, Batch: 16, Optimizer: "adamw", LR: 2e-3, Warmup: 0.1, WeightDecay: 1e-4, DecayRise: 1, Momentum: 0.9, Teacher: 0.9, TeacherEnd: 0.99,
			LARS: "solo-learn", LARSEta: 0.02, LARSClip: true, LARSExclude: true,
		},
		Settings: Settings{
			Loss: Loss{Temperature: 0.1}, Prototypes: Prototypes{Count: 12, LRMult: 1, Norm: 1, Init: "random", ReseedBelow: 0.02, ReseedBy: "distance"},
			SwAV: SwAV{Epsilon: 0.05, Iterations: 3, Targets: "student"}, KoLeo: KoLeo{Weight: 0.1}, Centring: Centring{Momentum: 0.99},
			DINO:        DINO{Targets: "centering", TeacherTemperature: 0.04, WarmupTemperature: 0.04, CenterMomentum: 0.9, Iterations: 3},
			IBOT:        IBOT{Share: 0.5, Ratio: 0.3, Spread: 0.2, Shape: "block", Weight: 1, TeacherTemperature: 0.04, WarmupTemperature: 0.04, CenterMomentum: 0.9},
			DeepCluster: DeepCluster{Targets: "teacher", Heads: 1},
			SeLa:        SeLa{Lambda: 10, Threshold: 0.01, RelabelEpochs: 1, Heads: 1},
			SMoG:        SMoG{Momentum: 0.9, ResetSteps: 6},
			PCL:         PCL{Temperature: 0.2, Sets: 2, Negatives: 20, Iterations: 5, WarmupEpochs: 1},
			MaSSL:       MaSSL{Memory: 40, Block: 9, TeacherTemperature: 0.07, WarmupTemperature: 0.04, WarmupEpochs: 2},
			CARP:        CARP{Block: 5, EntropyWeight: 1}, MSN: MSN{Sharpen: 0.25, MeMax: 1, Sinkhorn: true, Iterations: 3},
			KMeans: KMeans{Memory: 1}, EpochKMeans: EpochKMeans{Iterations: 5, Start: "data"},
			SelfCluster: SelfCluster{LR: 0.01, TargetTemperature: 0.06, Temperature: 0.12, Iterations: 3}, EMA: EMA{Momentum: 0.9}, Hyperspherical: Hyperspherical{Steps: 100, LR: 0.1, Momentum: 0.9},
			KoLeoFeatures: KoLeoFeatures{Weight: 0.1}, MeMax: MeMax{Weight: 1}, Orthogonality: Orthogonality{Weight: 10}, Repulsion: Repulsion{Weight: 1, Margin: 0.2},
			GMM: GMM{
				Covariance: "shared", Responsibilities: "gaussian", Weights: "uniform", Iterations: 3, Step: "constant", StepPower: 0.6, StepOffset: 1, Forgetting: "responsibility", Memory: 1, Precision: 1,
				PrecisionMax: 4, Smoothing: 1, AnnealStart: 1, Feed: "teacher", Order: "before", Every: 1,
			},
		},
	}
	if keys["prototypes.init"] == "data" {
		cfg.Settings.Prototypes.Init, cfg.Settings.Prototypes.Reseed = "data", true
	}
	if comp.Objective == "ibot" {
		cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 2, Patch: 2, Heads: 3, Hidden: 16, Dim: 8}
	}
	if keys["dino.scores"] == "vmf" {
		cfg.Settings.DINO.Scores = "vmf"
	}
	if heads, ok := keys["deepcluster.heads"]; ok {
		cfg.Settings.DeepCluster.Heads = heads.(int)
	}
	if heads, ok := keys["sela.heads"]; ok {
		cfg.Settings.SeLa.Heads = heads.(int)
	}
	if block, ok := keys["carp.block"]; ok {
		cfg.Settings.CARP.Block = block.(int)
	}
	if keys["dino.targets"] == "sinkhorn" {
		cfg.Settings.DINO.Targets = "sinkhorn"
	}
	return cfg
}

// batches returns a source of random views and local crops, the same for equal configs.
func batches(cfg Config) func() []float32 {
	n, i := values(2*cfg.Train.Batch, cfg.Input)+values(cfg.Train.LocalCrops*cfg.Train.Batch, cfg.Train.Local(cfg.Input)), uint64(0)
	return func() []float32 {
		i++
		r, x := stream.New(9, "views", i), make([]float32, n)
		for j := range x {
			x[j] = float32(r.NormFloat64())
		}
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
			cfg.Train.Batch, cfg.Images, cfg.Settings.Prototypes.Count = 128, 4000, 256
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
