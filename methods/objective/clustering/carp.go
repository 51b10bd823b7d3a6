package clustering

import (
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/partition"

	G "gorgonia.org/gorgonia"
)

// CARP holds the keys of the [carp] table (Silva and Ramírez Rivera 2023, whose blocks have 512 of
// 65,536 prototypes).
type CARP struct {
	Block         int     `key:"block" default:"64" range:"[0,)" doc:"prototypes per block of the random partition, at least 2; what is left over sits the step out (0: one block of all, as in CARL)"`
	EntropyWeight float64 `key:"entropy_weight" default:"1" range:"[0,)" doc:"weight of the entropy term, which keeps each block's mean prediction uniform"`
}

// DeclareCARP declares [carp].
func DeclareCARP() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "carp", Source: "Silva and Ramírez Rivera 2023",
			Doc:   "consistency and entropy inside random blocks of prototypes; embeddings not normalised, no temperature, weight-normalised prototypes (learners see normalised embeddings)",
			Table: setting.Of[CARP]("carp").OwnedBy("carp"), Reads: []string{"prototypes.count", "prototypes.init"},
			Check: carpBlocks,
		},
		Traits: func(setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, WeightNorm: true, Unnormalised: true, Temperature: 1, Scores: true, Crops: true}
		},
		New:      func(c part.Config, v objective.Views, _ int) objective.Objective { return newCARP(c, v) },
		Covers:   map[string]string{"me-max": "carp.entropy_weight"},
		Faithful: faithfulCARP,
	}
}

// carpBlocks refuses blocks that compare nothing.
func carpBlocks(c part.Config) []*setting.KeyError {
	switch block, k := c.Settings.Int("carp.block"), c.Settings.Int("prototypes.count"); {
	case block > k:
		return part.Refuse("carp.block", "take a smaller block", "a block of %d is more than the %d prototypes", block, k)
	case block == 1:
		return part.Refuse("carp.block", "take at least 2, or 0 for one block of all prototypes", "a block of 1 has nothing to compare")
	}
	return nil
}

// carp splits the prototypes anew at every step into random blocks and compares the views'
// softmaxes inside each block (Silva and Ramírez Rivera 2023, sec. 3): a consistency term, -log of
// the inner product of two views' probabilities, and an entropy term that keeps the mean prediction
// of each block uniform. No temperature, no center, no balancing; prototypes are a
// weight-normalised last layer and embeddings are not normalised, so that their length takes the
// temperature's place. Prototypes beyond the last whole block sit the step out. One block of all
// prototypes is the earlier CARL (Silva and Ramírez Rivera 2022), whose loss is the same.
type carp struct {
	objective.Unchanging
	CARP
	partition.Random
	v objective.Views
}

func newCARP(cfg part.Config, v objective.Views) *carp {
	o, k := &carp{CARP: setting.Read[CARP](cfg.Settings, "carp"), v: v}, cfg.Settings.Int("prototypes.count")
	block := o.Block
	if block == 0 {
		block = k
	}
	o.Random = partition.New(cfg.Seed, k, block)
	return o
}

// Codes draws the step's partition and sets the teacher's probabilities inside the blocks.
func (o *carp) Codes(q []float32, in objective.CodeInput) {
	o.Shuffle(in.Step)
	o.Probabilities(in.Team, q, in.Scores, 1, nil)
}

func (o *carp) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return newCARPLoss(o, h.Codes, h.Scaled(1), h.Scaled(float32(o.EntropyWeight))).node(s, targets)
}

// faithfulCARP is Silva and Ramírez Rivera 2023's (official code): LARS at η = 0.001 without
// warm-up.
func faithfulCARP(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "lars", "train.lars_convention": "dino", "train.lars_eta": 0.001, "train.lars_clip": false, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": t.ScaledLR(0.45), "train.final_lr": 0.0048, "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 1.0,
		"prototypes.freeze_epochs": 0.0, "prototypes.lr_mult": 1.0, "prototypes.weight_decay": 1e-6, "carp.entropy_weight": 1.0,
	}
}

// Assign gives the teacher's probabilities over all prototypes, where training has them inside of
// random blocks.
func (o *carp) Assign(q []float32, in objective.CodeInput) bool {
	kernel.SoftmaxRows(in.Team, q, in.Scores, len(in.Scores)/o.K, o.K, 1)
	return true
}
