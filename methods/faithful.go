package methods

import (
	"math"
	"slices"

	"protobench/methods/objective"
	"protobench/methods/part"
)

// Faithful returns the settings outside of the three axes that a preset's own paper trains with,
// scaled to this run, by key path: head, optimizer and schedules, but not encoder, data,
// augmentation, number of prototypes or budget. A decoupled or regularized preset takes its host's.
// Learning rates are proportional to the batch; spans of warm-up keep their share of the paper's
// run, and frozen epochs stay epochs. It reports false where the paper's settings are not known
// here.
func Faithful(c part.Composition, t part.Train) (map[string]any, bool) {
	if c.Name == "capi" { // the one preset that is a paper's own method on another one's objective
		return faithfulCAPI(t), true
	}
	o, ok := objective.Find(c.Objective)
	if !ok || o.Faithful == nil {
		return nil, false
	}
	keys := o.Faithful(t)
	if c.Objective == "dino" && slices.Contains(c.Regularizers, "koleo-features") { // DINOv2 (Oquab et al. 2024); the rest follows DINO
		keys["train.teacher_momentum"], keys["koleo-features.weight"] = 0.992, 0.1
	}
	return keys, true
}

// faithfulCAPI is Darcet et al. 2025's (official code, batch 16,384, the first tenth of the steps
// as warm-up): the student learns at temperature 0.12 with a weight decay of 0.1. From a batch that
// large, learning rates go by the root of the batch, as suits Adam (Malladi et al. 2022). Its
// decoder and its second head have no counterpart here, so the projector is the sweep's, and
// AdamW's second momentum is 0.999 where it has 0.95.
func faithfulCAPI(t part.Train) map[string]any {
	root := math.Sqrt(float64(t.Batch) / 16384)
	return map[string]any{
		"train.optimizer": "adamw", "train.lr": 1e-3 * root, "train.final_lr": 0.0, "train.warmup": 0.1,
		"train.weight_decay": 0.1, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.999, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.12, "swav.epsilon": 0.06, "swav.iterations": 3, "swav.targets": "teacher", "swav.queue": 0,
		"self-cluster.lr": 5e-4 * root, "self-cluster.weight_decay": 0.0, "self-cluster.temperature": 0.12, "self-cluster.target_temperature": 0.06,
		"self-cluster.iterations": 3,
	}
}
