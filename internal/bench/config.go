package bench

import (
	"maps"
	"slices"

	"protobench/harness/sweep"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods"
	"protobench/methods/part"
)

// config is the run whose step is timed: a preset at its own settings, or SwAV (Caron et al. 2020)
// with codes from the student, plain SGD and no schedule, as comparisons with other programs have
// it.
func (b stepCommand) config(team *team.Team) (part.Config, error) {
	name := b.Method
	if name == "" {
		name = "swav"
	}
	cell, err := sweep.PresetCell(name)
	if err != nil {
		return part.Config{}, err
	}
	sets := map[string]any{"train.batch": b.Batch, "prototypes.count": b.Prototypes}
	if b.Precision != "" {
		sets["train.precision"] = b.Precision
	}
	if b.Method == "" {
		maps.Copy(sets, plainSwAV())
	}
	for _, path := range slices.Sorted(maps.Keys(sets)) {
		if e := cell.Settings.Set(path, sets[path]); e != nil {
			return part.Config{}, e
		}
	}
	cfg := cell.Config()
	cfg.Encoder, cfg.Input = defaultEncoder(b.Encoder), defaultImage
	cfg.Encoder.Winograd, cfg.Encoder.BF16 = b.Winograd, cfg.Train.BF16()
	cfg.StepsPerEpoch, cfg.Images = warmUp+b.Steps, max(b.Batch, b.Prototypes)*8
	cfg.Team = team
	if errs := methods.Check(cfg); len(errs) > 0 {
		return part.Config{}, errs[0]
	}
	return cfg, nil
}

// plainSwAV sets everything that the comparison depends on, whatever the defaults are.
func plainSwAV() map[string]any {
	return map[string]any{
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.weight_decay": 1e-4, "train.clip": 0,
		"train.lr": 0.01, "train.final_lr": 0.01, "train.warmup": 0,
		"loss.temperature": 0.1,
		"swav.epsilon":     0.05, "swav.iterations": 3, "swav.targets": "student", "swav.queue": 0,
		"prototypes.lr_mult": 1, "prototypes.weight_decay": 1e-4, "prototypes.freeze_epochs": 0, "prototypes.reseed": false,
	}
}

// gflop is the work of a step, in 10⁹ floating-point operations: forward and backward pass of
// convolutions, linear maps, attention and the products with the prototypes, over two views of each
// image; with a teacher also its forward pass.
func gflop(cfg part.Config, withTeacher bool) (float64, error) {
	m, err := cfg.Encoder.Count(cfg.Input)
	if err != nil {
		return 0, err
	}
	views, encoder := 2*cfg.Train.Batch, m.Forward
	m.Forward += cfg.Encoder.Dim * methods.AllPrototypes(cfg)
	flop := float64(m.Step(views))
	if withTeacher {
		flop += float64(2 * float64(views) * float64(encoder))
	}
	return 1e-9 * flop, nil
}

// viewsOf draws the views [2·B,H,W,C] of a step.
func viewsOf(cfg part.Config) []float32 {
	in := cfg.Input
	return normal(2*cfg.Train.Batch*in.Height*in.Width*in.Channels, "images")
}

// normal draws n numbers from the normal distribution.
func normal(n int, purpose string) []float32 {
	r, x := stream.New(0, purpose), make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}
