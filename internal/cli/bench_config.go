package cli

import (
	"protobench/harness"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods"
)

// config is the run whose step is timed: a preset at its own settings, or SwAV (Caron et al. 2020) with codes from the
// student, plain SGD and no schedule, as comparisons with other programs have it.
func (b benchStep) config(team *team.Team) (methods.Config, error) {
	name := b.Method
	if name == "" {
		name = "swav"
	}
	cell, err := harness.PresetCell(name)
	if err != nil {
		return methods.Config{}, err
	}
	s := &cell.Settings
	s.Train.Batch, s.Prototypes.Count, s.Encoder = b.Batch, b.Prototypes, benchEncoder(b.Encoder)
	s.Encoder.Winograd = b.Winograd
	if b.Method == "" {
		plainSwAV(s)
	}
	return methods.Config{
		Composition: cell.Composition, Settings: s.Settings, Train: s.Train, Encoder: s.Encoder, Input: benchImage,
		Seed: cell.Seed, StepsPerEpoch: warmUp + b.Steps, Images: max(b.Batch, b.Prototypes) * 8, Team: team,
	}, nil
}

// plainSwAV sets everything that the comparison depends on, whatever the defaults are.
func plainSwAV(s *harness.Resolved) {
	t := &s.Train
	t.Optimizer, t.Momentum, t.Nesterov, t.WeightDecay, t.Clip = "sgd", 0.9, false, 1e-4, 0
	t.LR, t.FinalLR, t.Warmup = 0.01, 0.01, 0
	s.Loss.Temperature = 0.1
	s.SwAV = methods.SwAV{Epsilon: 0.05, Iterations: 3, Targets: "student"}
	s.Prototypes.LRMult, s.Prototypes.Decay, s.Prototypes.Freeze, s.Prototypes.Reseed = 1, 1e-4, 0, false
}

// gflop is the work of a step, in 10⁹ floating-point operations: forward and backward pass of convolutions, linear maps,
// attention and the products with the prototypes, over two views of each image; with a teacher also its forward pass.
func gflop(cfg methods.Config, withTeacher bool) (float64, error) {
	m, err := cfg.Encoder.Count(cfg.Input)
	if err != nil {
		return 0, err
	}
	views, encoder := 2*cfg.Train.Batch, m.Forward
	m.Forward += cfg.Encoder.Dim * cfg.Heads() * cfg.Settings.Prototypes.Count
	flop := float64(m.Step(views))
	if withTeacher {
		flop += float64(2 * float64(views) * float64(encoder))
	}
	return 1e-9 * flop, nil
}

// viewsOf draws the views [2·B,H,W,C] of a step.
func viewsOf(cfg methods.Config) []float32 {
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
