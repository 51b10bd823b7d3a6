package methods

import (
	"math"
	"slices"
)

// Faithful returns the settings outside of the three axes that a preset's own paper trains with, scaled to this run, by key path:
// head, optimizer and schedules, but not encoder, data, augmentation, number of prototypes or budget. A decoupled or regularized
// preset takes its host's. Learning rates are proportional to the batch; spans of warm-up keep their share of the paper's run, and
// frozen epochs stay epochs. It reports false where the paper's settings are not known here.
func Faithful(c Composition, t Train) (map[string]any, bool) {
	recipe, ok := map[string]func(Train) map[string]any{
		"swav": faithfulSwAV, "deepcluster": faithfulDeepCluster, "dino": faithfulDINO, "ibot": faithfulIBOT, "carp": faithfulCARP, "msn": faithfulMSN,
		"smog": faithfulSMoG, "pcl": faithfulPCL, "sela": faithfulSeLa, "massl": faithfulMaSSL,
	}[c.Objective]
	if !ok {
		return nil, false
	}
	if c.Name == "capi" { // the one preset that is a paper's own method on another one's objective
		recipe = faithfulCAPI
	}
	keys := recipe(t)
	if c.Objective == "dino" && slices.Contains(c.Regularizers, "koleo-features") { // DINOv2 (Oquab et al. 2024); the rest follows DINO
		keys["train.teacher_momentum"], keys["koleo-features.weight"] = 0.992, 0.1
	}
	return keys, true
}

// faithfulSwAV is Caron et al. 2020 at batch 256 (official swav_400ep_bs256 recipe; LARS as solo-learn has it on small images): no
// warm-up, prototypes frozen for an epoch, a queue of 15 batches from epoch 15 on.
func faithfulSwAV(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 128,
		"train.optimizer": "lars", "train.lars_convention": "solo-learn", "train.lars_eta": 0.02, "train.lars_clip": true, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": scaled(0.6, t), "train.final_lr": scaled(0.0006, t), "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"loss.temperature": 0.1, "prototypes.freeze_epochs": 1.0, "prototypes.lr_mult": 1.0, "prototypes.weight_decay": 1e-6,
		"swav.epsilon": 0.05, "swav.iterations": 3, "swav.queue": 15 * t.Batch, "swav.queue_start": 15.0, "swav.targets": "student",
	}
}

// faithfulDeepCluster is DeepCluster-v2's, of the same paper and with the same recipe: three sets of prototypes.
func faithfulDeepCluster(t Train) map[string]any {
	keys := faithfulSwAV(t)
	keys["deepcluster.heads"] = 3
	return keys
}

// faithfulDINO is Caron et al. 2021's ViT recipe (official defaults, runs of 100 epochs): 10 epochs of warm-up, teacher temperature
// 0.04 → 0.07 over 30, weight decay 0.04 → 0.4 by a cosine, on the last layer's directions too, whose rows start with length
// 1/√3: uniform numbers within ±1/√D.
func faithfulDINO(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "adamw", "train.lr": scaled(5e-4, t), "train.final_lr": 1e-6, "train.warmup": 0.1,
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "dino.warmup_teacher_temperature": 0.04, "dino.teacher_temperature": 0.07,
		"dino.warmup_teacher_epochs": share(0.3, t), "dino.center_momentum": 0.9,
		"prototypes.freeze_epochs": 1.0, "prototypes.lr_mult": 1.0, "prototypes.norm": 1 / math.Sqrt(3), "prototypes.weight_decay": 0.04,
	}
}

// faithfulIBOT is Zhou et al. 2022's: DINO's, with the patches' temperature rising like the class token's.
func faithfulIBOT(t Train) map[string]any {
	keys := faithfulDINO(t)
	keys["ibot.patch_warmup_teacher_temperature"], keys["ibot.patch_teacher_temperature"] = 0.04, 0.07
	keys["ibot.patch_center_momentum"], keys["ibot.patch_weight"] = 0.9, 1.0
	keys["ibot.mask_share"], keys["ibot.mask_ratio"], keys["ibot.mask_spread"], keys["ibot.mask_shape"] = 0.5, 0.3, 0.2, "block"
	return keys
}

// faithfulCARP is Silva and Ramírez Rivera 2023's (official code): LARS at η = 0.001 without warm-up.
func faithfulCARP(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "lars", "train.lars_convention": "dino", "train.lars_eta": 0.001, "train.lars_clip": false, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": scaled(0.45, t), "train.final_lr": 0.0048, "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 1.0,
		"prototypes.freeze_epochs": 0.0, "prototypes.lr_mult": 1.0, "prototypes.weight_decay": 1e-6, "carp.entropy_weight": 1.0,
	}
}

// faithfulMSN is Assran et al. 2022's (official ViT-S configuration: batch 1024, 15 of 800 epochs of warm-up); prototypes have no weight
// decay.
func faithfulMSN(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "adamw", "train.lr": scaled(1e-3/4, t), "train.final_lr": 1e-6, "train.warmup": 0.02,
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "msn.sharpen": 0.25, "msn.me_max_weight": 1.0, "msn.entropy_weight": 0.0, "msn.sinkhorn": true, "msn.iterations": 3,
		"prototypes.freeze_epochs": 0.0, "prototypes.lr_mult": 1.0, "prototypes.norm": 1.0, "prototypes.weight_decay": 0.0,
	}
}

// scaled is a learning rate for 256 images per step at this run's batch (Goyal et al. 2017).
func scaled(lr float64, t Train) float64 { return lr * float64(t.Batch) / 256 }

// share is a part of the run in whole epochs.
func share(part float64, t Train) int { return int(math.Round(part * float64(t.Epochs))) }
