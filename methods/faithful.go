package methods

import (
	"maps"
	"math"
	"slices"

	"protobench/methods/part"
)

// Faithful returns the settings outside of the three axes that a preset's own paper trains with,
// scaled to this run, by key path: head, optimizer and schedules, but not encoder, data,
// augmentation, number of prototypes or budget. A decoupled or regularized preset takes its host's.
// Learning rates are proportional to the batch; spans of warm-up keep their share of the paper's
// run, and frozen epochs stay epochs. It reports false where the paper's settings are not known
// here.
func Faithful(c part.Composition, t part.Train) (map[string]any, bool) {
	switch c.Name { // presets that are a paper's own method on another one's objective
	case "capi":
		return faithfulCAPI(t), true
	case "dinov3":
		return faithfulDINOv3(t), true
	}
	o, ok := findObjective(c.Objective)
	if !ok || o.Faithful == nil {
		return nil, false
	}
	keys := o.Faithful(t)
	if c.Objective == "dino" && slices.Contains(c.Regularizers, "koleo-features") { // DINOv2 (Oquab et al. 2024); the rest follows DINO
		maps.Copy(keys, changesOfDINOv2())
	}
	return keys, true
}

// changesOfDINOv2 are what DINOv2 and v3 change of DINO's settings.
func changesOfDINOv2() map[string]any {
	return map[string]any{"train.teacher_momentum": 0.992, "koleo-features.weight": 0.1}
}

// faithfulDINOv3 is Siméoni et al. 2025's (official default configuration, runs of 100 epochs):
// DINOv2's but for a learning rate of 4·1e-3 for a batch of 1,024 that goes by its root, and a last
// layer of normal numbers of deviation 0.02, whose rows of 256 start with length 0.32.
func faithfulDINOv3(t part.Train) map[string]any {
	o, _ := findObjective("dino")
	keys := o.Faithful(t)
	maps.Copy(keys, changesOfDINOv2())
	keys["train.lr"], keys["prototypes.norm"] = 4e-3*math.Sqrt(float64(t.Batch)/1024), 0.32
	return keys
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
