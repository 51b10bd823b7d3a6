package methods

import "math"

// faithfulCAPI is Darcet et al. 2025's (official code, batch 16,384, the first tenth of the steps as warm-up): the student learns at
// temperature 0.12 with a weight decay of 0.1. From a batch that large, learning rates go by the root of the batch, as suits Adam
// (Malladi et al. 2022). Its decoder and its second head have no counterpart here, so the projector is the sweep's, and AdamW's second
// momentum is 0.999 where it has 0.95.
func faithfulCAPI(t Train) map[string]any {
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

// faithfulSMoG is that of lightly's benchmarks on small images (SGD at 0.01 for a batch of 128); Pang et al. 2022 published no code.
func faithfulSMoG(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 128,
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": scaled(0.02, t), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 0.99,
		"loss.temperature": 0.1, "smog.momentum": 0.99, "smog.reset_steps": 300,
	}
}

// faithfulPCL is Li et al. 2021's (official code, the second version's cosine): SGD at 0.03 for a batch of 256, 20 of 200 epochs of
// InfoNCE alone. Its projector is as wide as the features, without a batch norm, which the nearest one here has.
func faithfulPCL(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 0, "encoder.dim": 128,
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": scaled(0.03, t), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 1e-4, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.999, "train.teacher_momentum_end": 0.999,
		"pcl.temperature": 0.2, "pcl.iterations": 20, "pcl.warmup_epochs": float64(max(1, share(0.1, t))),
	}
}

// faithfulSeLa is Asano et al. 2020's on CIFAR (official code: SGD at 0.05 for a batch of 64, which falls in steps there and by a cosine
// here; classifiers on the features themselves, where here a projector stands between; ten heads).
func faithfulSeLa(t Train) map[string]any {
	return map[string]any{
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": scaled(0.2, t), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 5e-4, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"prototypes.lr_mult": 1.0, "prototypes.weight_decay": 5e-4, "sela.lambda": 10.0, "sela.threshold": 0.01, "sela.heads": 10,
	}
}

// faithfulMaSSL is Silva et al. 2024's (official code's defaults, runs of 100 epochs): LARS with 10 epochs of warm-up, teacher
// temperature 0.04 → 0.07 over 30.
func faithfulMaSSL(t Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "lars", "train.lars_convention": "dino", "train.lars_eta": 0.001, "train.lars_clip": false, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": scaled(0.3, t), "train.final_lr": 0.0048, "train.warmup": 0.1,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "massl.warmup_teacher_temperature": 0.04, "massl.teacher_temperature": 0.07,
		"massl.warmup_teacher_epochs": share(0.3, t),
	}
}
