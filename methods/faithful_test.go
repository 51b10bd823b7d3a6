package methods

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"protobench/methods/objective"
	"protobench/methods/part"
)

// paperSetting is a setting that a paper or its official code states.
type paperSetting struct {
	key    string
	value  any
	source string
}

// paperRun is a run of 60 epochs in batches of 512, to which recipes are scaled.
const paperBatch, paperEpochs = 512, 60

// rate is a learning rate that a paper has for a batch of its own, which grows in proportion to the
// batch.
func rate(lr float64, batch int) float64 { return lr * paperBatch / float64(batch) }

// span is the share of a paper's run, as learning rates' warm-up is stated.
func span(epochs, of float64) float64 { return epochs / of }

// spanned is a number of epochs of a paper's run, as many in proportion here.
func spanned(epochs, of float64) int { return int(math.Round(paperEpochs * epochs / of)) }

// papers are the recipes of the original methods. Sources are the papers' or official codes' own
// statements, as the recipes' comments have them; where nothing is said, that the paper has no such
// thing.
var papers = map[string][]paperSetting{
	"swav": {
		{"encoder.projector", "bn-relu", "Caron et al. 2020: Linear-BN-ReLU-Linear"},
		{"encoder.hidden", 2048, "main_swav.py --hidden_mlp"}, {"encoder.dim", 128, "main_swav.py --feat_dim"},
		{"train.optimizer", "lars", "LARC around SGD"}, {"train.momentum", 0.9, "SGD's"},
		{"train.lars_convention", "solo-learn", "solo-learn on CIFAR"}, {"train.lars_eta", 0.02, "solo-learn on CIFAR"},
		{"train.lars_clip", true, "solo-learn on CIFAR"}, {"train.lars_exclude", true, "solo-learn on CIFAR: exclude bias and norm"},
		{"train.lr", rate(0.6, 256), "swav_400ep_bs256: base_lr 0.6"}, {"train.final_lr", rate(0.0006, 256), "swav_400ep_bs256: final_lr 0.0006"},
		{"train.warmup", 0.0, "swav_400ep_bs256: warmup_epochs 0"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 1e-6, "wd 1e-6"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"loss.temperature", 0.1, "temperature 0.1"},
		{"prototypes.freeze_epochs", 1.0, "freeze_prototypes_niters 5005: one epoch of ImageNet at 256"},
		{"prototypes.lr_mult", 1.0, "one parameter group"}, {"prototypes.weight_decay", 1e-6, "one parameter group"},
		{"swav.epsilon", 0.05, "epsilon 0.05"}, {"swav.iterations", 3, "sinkhorn_iterations 3"}, {"swav.targets", "student", "no momentum encoder"},
		{"swav.queue", 3840 / 256 * paperBatch, "queue_length 3840 at batch 256"}, {"swav.queue_start", 15.0, "epoch_queue_starts 15"},
	},
	"dino": {
		{"encoder.projector", "gelu", "three-layer MLP with GELU, no BN"}, {"encoder.hidden", 2048, "DINOHead hidden_dim"}, {"encoder.dim", 256, "bottleneck_dim"},
		{"train.optimizer", "adamw", "ViT recipe"}, {"train.lr", rate(5e-4, 256), "5e-4 · batch / 256"}, {"train.final_lr", 1e-6, "min_lr"},
		{"train.warmup", span(10, 100), "warmup_epochs 10 of 100"}, {"train.clip", 3.0, "clip_grad 3.0, per parameter"},
		{"train.weight_decay", 0.04, "weight_decay"}, {"train.weight_decay_rise", 0.4 / 0.04, "weight_decay_end 0.4"},
		{"train.teacher_momentum", 0.996, "momentum_teacher"}, {"train.teacher_momentum_end", 1.0, "cosine to 1"},
		{"loss.temperature", 0.1, "student_temp"},
		{"dino.warmup_teacher_temperature", 0.04, "warmup_teacher_temp"}, {"dino.teacher_temperature", 0.07, "recommended: 0.04 → 0.07"},
		{"dino.warmup_teacher_epochs", spanned(30, 100), "over 30 epochs"}, {"dino.center_momentum", 0.9, "center_momentum"},
		{"prototypes.freeze_epochs", 1.0, "freeze_last_layer 1"}, {"prototypes.lr_mult", 1.0, "one rate"},
		{"prototypes.norm", math.Sqrt(1.0 / 3), "rows of a Linear(256,K): 256 numbers uniform within ±1/16, each of variance 1/768"},
		{"prototypes.weight_decay", 0.04, "weight_v has two dimensions, so it decays"},
	},
	"carp": {
		{"encoder.projector", "bn-gelu", "three-layer MLP with BN and GELU"}, {"encoder.hidden", 2048, "head of 2048"}, {"encoder.dim", 256, "256 out"},
		{"train.optimizer", "lars", "LARS"}, {"train.lars_convention", "dino", "DINO's LARS"}, {"train.lars_eta", 0.001, "eta 0.001"},
		{"train.lars_clip", false, "not in DINO's"}, {"train.lars_exclude", true, "biases and norms"}, {"train.momentum", 0.9, "LARS's"},
		{"train.lr", rate(0.45, 256), "0.45 · batch / 256"}, {"train.final_lr", 0.0048, "→ 0.0048"}, {"train.warmup", 0.0, "none"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 1e-6, "wd 1e-6"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"train.teacher_momentum", 0.99, "0.99 →"}, {"train.teacher_momentum_end", 1.0, "cosine to 1"},
		{"prototypes.freeze_epochs", 0.0, "none"}, {"prototypes.lr_mult", 1.0, "one rate"}, {"prototypes.weight_decay", 1e-6, "wd 1e-6"},
		{"carp.entropy_weight", 1.0, "weight 1"},
	},
	"msn": {
		{"encoder.projector", "bn-gelu", "three-layer MLP with BN and GELU"}, {"encoder.hidden", 2048, "hidden_dim"}, {"encoder.dim", 256, "output_dim"},
		{"train.optimizer", "adamw", "AdamW"}, {"train.lr", rate(1e-3, 1024), "lr 1e-3 at batch 1024"}, {"train.final_lr", 1e-6, "final_lr"},
		{"train.warmup", math.Round(100*span(15, 800)) / 100, "15 of 800 epochs, in hundredths of the run"}, {"train.clip", 3.0, "clip_grad 3.0"},
		{"train.weight_decay", 0.04, "weight_decay"}, {"train.weight_decay_rise", 0.4 / 0.04, "final_weight_decay 0.4"},
		{"train.teacher_momentum", 0.996, "0.996 → 1"}, {"train.teacher_momentum_end", 1.0, "→ 1"}, {"train.teacher_momentum_curve", "linear", "src/msn_train.py: a straight line to 1"},
		{"loss.temperature", 0.1, "temperature"}, {"msn.sharpen", 0.25, "start_sharpen, final_sharpen 0.25"}, {"msn.me_max_weight", 1.0, "memax_weight"},
		{"msn.entropy_weight", 0.0, "ent_weight 0"}, {"msn.sinkhorn", true, "use_sinkhorn"}, {"msn.iterations", 3, "3 iterations"},
		{"prototypes.freeze_epochs", 0.0, "freeze_proto false"}, {"prototypes.lr_mult", 1.0, "one rate"}, {"prototypes.weight_decay", 0.0, "a group of their own without"},
		{"prototypes.norm", math.Sqrt(1.0 / 3), "256 numbers uniform within ±1/√256"},
	},
	"smog": {
		{"encoder.projector", "bn-relu", "lightly: SMoGProjectionHead"}, {"encoder.hidden", 2048, "lightly"}, {"encoder.dim", 128, "lightly"},
		{"train.optimizer", "sgd", "lightly"}, {"train.momentum", 0.9, "lightly"}, {"train.nesterov", false, "lightly"},
		{"train.lr", rate(0.01, 128), "lightly: 0.01 at batch 128"}, {"train.final_lr", 0.0, "cosine to 0"}, {"train.warmup", 0.0, "none"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 1e-6, "lightly"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"train.teacher_momentum", 0.99, "lightly: update_momentum 0.99"}, {"train.teacher_momentum_end", 0.99, "constant"},
		{"loss.temperature", 0.1, "temperature"}, {"smog.momentum", 0.99, "beta"}, {"smog.reset_steps", 300, "reset every 300 iterations"},
	},
	"pcl": {
		{"encoder.projector", "bn-relu", "the nearest to Linear-ReLU-Linear"}, {"encoder.hidden", 0, "as wide as the features"}, {"encoder.dim", 128, "--low-dim"},
		{"train.optimizer", "sgd", "SGD"}, {"train.momentum", 0.9, "--momentum"}, {"train.nesterov", false, "none"},
		{"train.lr", rate(0.03, 256), "lr 0.03 at batch 256"}, {"train.final_lr", 0.0, "--cos"}, {"train.warmup", 0.0, "none"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 1e-4, "--wd"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"train.teacher_momentum", 0.999, "--moco-m"}, {"train.teacher_momentum_end", 0.999, "constant"},
		{"pcl.temperature", 0.2, "--temperature"}, {"pcl.iterations", 20, "k-means niter 20"}, {"pcl.warmup_epochs", float64(spanned(20, 200)), "--warmup-epoch 20 of 200"},
	},
	"sela": {
		{"train.optimizer", "sgd", "SGD"}, {"train.momentum", 0.9, "momentum"}, {"train.nesterov", false, "none"},
		{"train.lr", rate(0.05, 64), "official code: 0.05 at batch 64"}, {"train.final_lr", 0.0, "falls"}, {"train.warmup", 0.0, "none"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 5e-4, "wd"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"prototypes.lr_mult", 1.0, "one rate"}, {"prototypes.weight_decay", 5e-4, "wd"},
		{"sela.lambda", 10.0, "CIFAR: λ 10"}, {"sela.threshold", 0.01, "CIFAR: err < 1e-2"}, {"sela.heads", 10, "10 heads"},
	},
	"massl": {
		{"encoder.projector", "bn-gelu", "as CARP"}, {"encoder.hidden", 2048, "as CARP"}, {"encoder.dim", 256, "as CARP"},
		{"train.optimizer", "lars", "LARS"}, {"train.lars_convention", "dino", "DINO's LARS"}, {"train.lars_eta", 0.001, "eta"},
		{"train.lars_clip", false, "not in DINO's"}, {"train.lars_exclude", true, "biases and norms"}, {"train.momentum", 0.9, "LARS's"},
		{"train.lr", rate(0.3, 256), "0.3 · batch / 256"}, {"train.final_lr", 0.0048, "→ 0.0048"}, {"train.warmup", span(10, 100), "10 of 100 epochs"},
		{"train.clip", 3.0, "clip_grad 3.0"}, {"train.weight_decay", 1e-6, "wd"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"train.teacher_momentum", 0.99, "0.99 →"}, {"train.teacher_momentum_end", 1.0, "→ 1"},
		{"loss.temperature", 0.1, "student 0.1"}, {"massl.warmup_teacher_temperature", 0.04, "0.04 → 0.07"}, {"massl.teacher_temperature", 0.07, "0.04 → 0.07"},
		{"massl.warmup_teacher_epochs", spanned(30, 100), "over 30 of 100 epochs"},
	},
	"capi": {
		{"train.optimizer", "adamw", "AdamW"}, {"train.lr", 1e-3 * math.Sqrt(paperBatch/16384.0), "1e-3 at batch 16,384, by the root of the batch (Malladi et al. 2022)"},
		{"train.final_lr", 0.0, "to 0"}, {"train.warmup", 0.1, "a tenth of the steps"}, {"train.clip", 0.0, "none"},
		{"train.weight_decay", 0.1, "weight decay 0.1"}, {"train.weight_decay_rise", 1.0, "constant"},
		{"train.teacher_momentum", 0.999, "0.999 →"}, {"train.teacher_momentum_end", 1.0, "→ 1"},
		{"loss.temperature", 0.12, "student: softmax(·/0.12)"}, {"swav.epsilon", 0.06, "targets: Sinkhorn of logits / 0.06"}, {"swav.iterations", 3, "3 iterations"},
		{"swav.targets", "teacher", "the teacher's head"}, {"swav.queue", 0, "none"},
		{"self-cluster.lr", 5e-4 * math.Sqrt(paperBatch/16384.0), "the head's own AdamW at 5e-4"}, {"self-cluster.weight_decay", 0.0, "none"},
		{"self-cluster.temperature", 0.12, "softmax(logits / 0.12)"}, {"self-cluster.target_temperature", 0.06, "Sinkhorn of logits / 0.06"}, {"self-cluster.iterations", 3, "3 iterations"},
	},
}

// descendants are the recipes that follow another one's, with what they change.
var descendants = map[string]struct {
	of      string
	changes []paperSetting
}{
	"ibot": {"dino", []paperSetting{
		{"ibot.patch_warmup_teacher_temperature", 0.04, "warmup_teacher_patch_temp"}, {"ibot.patch_teacher_temperature", 0.07, "0.04 → 0.07 over the same epochs"},
		{"ibot.patch_center_momentum", 0.9, "center_momentum2"}, {"ibot.patch_weight", 1.0, "lambda2 1"}, {"ibot.mask_share", 0.5, "pred_ratio {0, 0.3}"},
		{"ibot.mask_ratio", 0.3, "0.3 ± 0.2"}, {"ibot.mask_spread", 0.2, "0.3 ± 0.2"}, {"ibot.mask_shape", "block", "pred_shape"},
		{"ibot.class_weight", 1.0, "lambda1 1"}, {"ibot.patch_start_epoch", 0, "pred_start_epoch 0"},
	}},
	"dinov2": {"dino", []paperSetting{{"train.teacher_momentum", 0.992, "0.992 → 1"}, {"koleo-features.weight", 0.1, "KoLeo 0.1"}}},
	"dinov3": {"dino", []paperSetting{
		{"train.teacher_momentum", 0.992, "momentum_teacher"}, {"koleo-features.weight", 0.1, "koleo_loss_weight"},
		{"train.lr", 4e-3 * math.Sqrt(paperBatch/1024.0), "lr 0.001, scaling_rule sqrt_wrt_1024: 4·√(batch/1024)"},
		{"prototypes.norm", 0.32, "256 normal numbers of deviation 0.02"},
	}},
	"dino-vmf": {"dino", nil}, "dino+kp": {"dino", nil}, "dino+gmm": {"dino", nil}, "dino+frozen": {"dino", nil},
	"swav+kp": {"swav", nil}, "swav+gmm": {"swav", nil}, "swav+frozen": {"swav", nil},
	"carl": {"carp", nil}, "carp+kp": {"carp", nil}, "carp+gmm": {"carp", nil}, "carp+frozen": {"carp", nil},
	"msn+kp": {"msn", nil}, "msn+gmm": {"msn", nil}, "msn+frozen": {"msn", nil},
	"deepcluster-v2": {"swav", []paperSetting{{"deepcluster.heads", 3, "three sets of 3000 prototypes"}}},
}

// ownPresets are those of this package. An objective that declares a preset of its name is tested
// with its recipe in its own file.
func ownPresets() []preset {
	return slices.DeleteFunc(presets(), func(p preset) bool {
		return slices.ContainsFunc(objectives(), func(d objective.Declaration) bool { return d.Preset != "" && d.Name == p.comp.Name })
	})
}

// TestFaithfulIsThePapers compares the faithful form of every preset of this package with its
// paper's settings: no other value, none missing, none more.
func TestFaithfulIsThePapers(t *testing.T) {
	var train part.Train
	train.Batch, train.Epochs = paperBatch, paperEpochs
	for _, p := range ownPresets() {
		name, from := p.comp.Name, p.comp.Name
		want := map[string]paperSetting{}
		d, follows := descendants[name]
		if follows {
			from = d.of
		}
		for _, s := range slices.Concat(papers[from], d.changes) {
			want[s.key] = s
		}
		got, ok := Faithful(p.comp, train)
		if !ok || len(want) == 0 {
			t.Errorf("%s: known %v, %d settings in the table", name, ok, len(want))
			continue
		}
		for key, w := range want {
			if g, ok := got[key]; !ok || !sameValue(g, w.value) {
				t.Errorf("%s: %s is %v, the paper has %v (%s)", name, key, g, w.value, w.source)
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s: %s is %v, of which the table knows nothing", name, key, got[key])
			}
		}
	}
	if _, ok := Faithful(part.Composition{Objective: "none"}, train); ok {
		t.Error("an unknown objective has a recipe")
	}
}

// sameValue compares values of one type; numbers may differ by rounding.
func sameValue(a, b any) bool {
	x, ok := a.(float64)
	y, also := b.(float64)
	if ok && also {
		return math.Abs(x-y) <= 1e-12*math.Abs(y)
	}
	return ok == also && a == b
}

// TestPresetsArePapers compares what each preset is made of with what its paper has.
func TestPresetsArePapers(t *testing.T) {
	const helped = "prototypes.init=data prototypes.reseed=true"
	want := map[string]string{
		"swav": "swav/joint/plain", "swav+kp": "swav/joint+koleo-prototypes/plain", "swav+gmm": "swav/gmm/centred " + helped, "swav+frozen": "swav/frozen/plain",
		"dino": "dino/joint/plain", "dino+kp": "dino/joint+koleo-prototypes/plain", "dino+gmm": "dino/gmm/centred " + helped, "dino+frozen": "dino/frozen/plain",
		"carp": "carp/joint/plain", "carp+kp": "carp/joint+koleo-prototypes/plain", "carp+gmm": "carp/gmm/centred " + helped, "carp+frozen": "carp/frozen/plain",
		"msn": "msn/joint/plain", "msn+kp": "msn/joint+koleo-prototypes/plain", "msn+gmm": "msn/gmm/centred " + helped, "msn+frozen": "msn/frozen/plain",
		"dino-vmf":       "dino/joint/plain dino.scores=vmf",                                         // Govindarajan et al. 2023: the vMF normaliser in the scores
		"ibot":           "ibot/joint/plain",                                                         // Zhou et al. 2022: DINO's loss on patches too
		"dinov2":         "dino/joint+koleo-features/plain dino.targets=sinkhorn",                    // Oquab et al. 2024: Sinkhorn targets, KoLeo on the features
		"dinov3":         "dino/joint+koleo-features/plain dino.scores=linear dino.targets=sinkhorn", // Siméoni et al. 2025: a plain Linear for a last layer
		"carl":           "carp/joint/plain carp.block=0",                                            // Silva and Ramírez Rivera 2022: no random partition
		"deepcluster-v2": "deepcluster/epoch-kmeans/plain deepcluster.heads=3",                       // Caron et al. 2020: three heads, k-means every epoch
		"capi":           "swav/self-cluster/plain swav.epsilon=0.06 swav.targets=teacher",           // Darcet et al. 2025: the teacher's own clustering head
		"smog":           "smog/smog/plain", "pcl": "pcl/pcl/plain", "massl": "massl/massl/plain",    // they own their prototypes
		"sela": "sela/sela/plain sela.heads=10", // Asano et al. 2020: ten heads on CIFAR
	}
	for _, p := range ownPresets() {
		text := p.comp.Objective + "/" + p.comp.Learner
		for _, r := range p.comp.Regularizers {
			text += "+" + r
		}
		text += "/" + p.comp.Embedding
		for _, key := range slices.Sorted(maps.Keys(p.keys)) {
			text += fmt.Sprintf(" %s=%v", key, p.keys[key])
		}
		if name := p.comp.Name; text != want[name] {
			t.Errorf("%s is %q, want %q", name, text, want[name])
		}
		delete(want, p.comp.Name)
		if p.source == "" || p.doc == "" {
			t.Errorf("%s: source %q, doc %q", p.comp.Name, p.source, p.doc)
		}
	}
	if len(want) > 0 {
		t.Errorf("no presets: %v", want)
	}
}

// TestDefaultsArePapers guards the defaults that are a paper's own numbers.
func TestDefaultsArePapers(t *testing.T) {
	v := Defaults()
	for _, s := range []paperSetting{
		{"loss.temperature", 0.1, "SwAV, DINO, MSN, DeepCluster-v2"}, {"swav.epsilon", 0.05, "SwAV"}, {"swav.iterations", 3, "SwAV"},
		{"dino.teacher_temperature", 0.04, "DINO"}, {"dino.center_momentum", 0.9, "DINO"}, {"carp.entropy_weight", 1.0, "CARP"},
		{"msn.sharpen", 0.25, "MSN"}, {"msn.me_max_weight", 1.0, "MSN"}, {"msn.entropy_weight", 0.0, "MSN"}, {"msn.sinkhorn", true, "MSN"},
		{"epoch-kmeans.iterations", 10, "DeepCluster-v2: 10 Lloyd iterations"}, {"self-cluster.lr", 5e-4, "CAPI"}, {"self-cluster.target_temperature", 0.06, "CAPI"},
		{"self-cluster.temperature", 0.12, "CAPI"}, {"hyperspherical.lr", 0.1, "Mettes et al."}, {"hyperspherical.momentum", 0.9, "Mettes et al."},
		{"hyperspherical.steps", 10000, "Mettes et al."}, {"koleo-features.weight", 0.1, "DINOv2"}, {"smog.momentum", 0.99, "SMoG"}, {"smog.reset_steps", 300, "SMoG"},
		{"pcl.temperature", 0.2, "PCL"}, {"pcl.iterations", 20, "PCL"}, {"sela.lambda", 10.0, "SeLa on CIFAR"}, {"sela.threshold", 0.01, "SeLa on CIFAR"},
		{"massl.warmup_teacher_temperature", 0.04, "MaSSL"}, {"massl.teacher_temperature", 0.07, "MaSSL"}, {"ema.momentum", 0.99, "SMoG's group update"},
	} {
		if got := v.Get(s.key); !sameValue(got, s.value) {
			t.Errorf("%s is %v by default, %s has %v", s.key, got, s.source, s.value)
		}
	}
}
