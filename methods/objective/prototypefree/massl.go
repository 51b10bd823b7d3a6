package prototypefree

import (
	"protobench/encoders/graph"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/partition"

	G "gorgonia.org/gorgonia"
)

// MaSSL holds the keys of the [massl] table (Silva et al. 2024; the official code has 65,536
// entries in blocks of 1,024, for 1.3 million images).
type MaSSL struct {
	Memory             int     `key:"memory" default:"2048" range:"[2,)" doc:"past embeddings that stand in the prototypes' place"`
	Block              int     `key:"block" default:"256" range:"[2,)" doc:"embeddings per block of the random partition; what is left over sits the step out"`
	TeacherTemperature float64 `key:"teacher_temperature" default:"0.07" range:"(0,10]" least:"0.001" doc:"teacher temperature after warm-up"`
	WarmupTemperature  float64 `key:"warmup_teacher_temperature" default:"0.04" range:"(0,10]" least:"0.001" needs:"massl.warmup_teacher_epochs!=0" doc:"teacher temperature at the start"`
	WarmupEpochs       int     `key:"warmup_teacher_epochs" default:"6" range:"[0,)" needs:"massl.warmup_teacher_temperature!=massl.teacher_temperature" doc:"epochs in which the teacher temperature rises"`
}

// DeclareMaSSL declares [massl].
func DeclareMaSSL() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "massl", Doc: "no prototypes: the student sees an image among past embeddings as the teacher does, inside random blocks of them", Source: "Silva et al. 2024",
			Table: setting.Of[MaSSL]("massl").OwnedBy("massl"), Reads: []string{"loss.temperature"},
			Check: func(c part.Config) []*setting.KeyError {
				if s := setting.Read[MaSSL](c.Settings, "massl"); s.Block > s.Memory {
					return part.Refuse("massl.block", "take a smaller block", "a block of %d is more than the %d embeddings of the memory", s.Block, s.Memory)
				}
				return nil
			},
			Warn: func(c part.Config) []setting.Warning {
				return append(objective.WarmerThanStudent(c, "massl.teacher_temperature", "targets that are flatter than predictions sharpen nothing"), objective.LongQueue(c, "massl.memory")...)
			},
			Onsets: func(c part.Config) []part.Onset {
				return objective.RampOnset(c, "massl.warmup_teacher_epochs", "teacher temperature", masslRamp(setting.Read[MaSSL](c.Settings, "massl")), 0)
			},
		},
		Traits: func(setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, Scores: true, Free: true}
		},
		New:      func(c part.Config, v objective.Views, _ int) objective.Objective { return newMaSSL(c, v) },
		Learner:  "a queue of past teacher embeddings, no prototypes",
		Faithful: faithfulMaSSL,
	}
}

// massl has no prototypes (Silva et al. 2024, MaSSL): in their place stand past embeddings of the
// teacher, and the student has to see an image among them as the teacher does. At every step the
// memory M [K,D] is split into random blocks; with block softmaxes at the student's and the
// teacher's temperatures,
//
//	q_b = softmax(z_t·M_bᵀ/τ_t),   p_b = softmax(z_s·M_bᵀ/τ_s),   loss = -mean Σ_k q_bk·log p_bk
//
// over blocks, images and pairs of a student crop and another, global teacher crop. No centering
// and no balancing. Both branches see the memory as it was before the step. The official code has
// 65,536 entries in blocks of 1,024, τ_s 0.1 and τ_t that rises from 0.04 to 0.07.
type massl struct {
	objective.Unchanging
	MaSSL
	partition.Random
	v    objective.Views
	ramp optim.Ramp
}

func newMaSSL(cfg part.Config, v objective.Views) *massl {
	s := setting.Read[MaSSL](cfg.Settings, "massl")
	return &massl{
		MaSSL: s, v: v, Random: partition.New(cfg.Seed, s.Memory, s.Block),
		ramp: masslRamp(s),
	}
}

func masslRamp(s MaSSL) optim.Ramp {
	return optim.Ramp{Start: s.WarmupTemperature, End: s.TeacherTemperature, Warmup: s.WarmupEpochs}
}

func (o *massl) Own(cfg part.Config, _ []float32, d int) []learner.Learner {
	return []learner.Learner{newMemory(cfg.Seed, o.Memory, d, o.v)}
}

func (o *massl) Codes(q []float32, in objective.CodeInput) {
	o.Shuffle(in.Step)
	o.targets(q, in)
}

// targets sets the teacher's probabilities inside the step's blocks.
func (o *massl) targets(q []float32, in objective.CodeInput) {
	o.Probabilities(in.Team, q, in.Scores, float32(1/o.ramp.At(int(in.Epoch))), nil)
}

// Loss adds the cross-entropy inside the blocks. Targets are 0 outside of them, and so is the
// gradient.
func (o *massl) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	n := o.v.Crops * o.v.Images
	p, losses, lse := make([]float32, n*o.K), make([]float64, n), make([]float64, n*o.Blocks())
	weight, inv := float64(h.Scaled(o.v.Weight()))/float64(o.Blocks()), float32(1/h.Temperature)
	return graph.Apply(graph.Op{
		Kind: "block-cross-entropy", Diff: []bool{true, false},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			o.Probabilities(team, p, in[0], inv, lse)
			team.Chunks(n, objective.RowTask, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					losses[i] = o.crossEntropy(in[0][i*o.K:][:o.K], in[1][i*o.K:][:o.K], lse[i*o.Blocks():], inv)
				}
			})
			var total float64
			for _, l := range losses {
				total += l
			}
			out[0] = float32(weight * total)
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			ds, err := graph.Apply(graph.Op{
				Kind: "block-cross-entropy-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, ds []float32) {
					f := float32(weight * float64(v[1][0]) * float64(inv))
					team.Chunks(n, objective.RowTask, func(lo, hi int) { o.gradient(ds[lo*o.K:hi*o.K], p[lo*o.K:hi*o.K], v[0][lo*o.K:hi*o.K], f) })
				},
			}, in[1], grad, out)
			return G.Nodes{ds, nil}, err
		},
	}, s, targets)
}

// crossEntropy is -Σ_k q_k·ln p_k = Σ_blocks lse·Σ_k q_k - Σ_k q_k·s_k/τ of a row of scores s;
// targets q are 0 outside of the blocks.
func (o *massl) crossEntropy(s, targets []float32, lse []float64, inv float32) float64 {
	loss := -float64(float64(inv) * kernel.Dot64(targets, s))
	for b := range o.Blocks() {
		loss += float64(lse[b] * float64(o.mass(b, targets)))
	}
	return loss
}

// mass is the sum of a row of targets over a block.
func (o *massl) mass(b int, targets []float32) (m float32) {
	for _, k := range o.Order[b*o.Size:][:o.Size] {
		m += targets[k]
	}
	return m
}

// gradient uses d/ds_k Σ_l -q_l·log p_l = (p_k·Σ_l q_l - q_k)/τ inside each block.
func (o *massl) gradient(ds, p, targets []float32, f float32) {
	clear(ds)
	for lo := 0; lo < len(ds); lo += o.K {
		for b := range o.Blocks() {
			mass := o.mass(b, targets[lo:][:o.K])
			for _, k := range o.Order[b*o.Size:][:o.Size] {
				ds[lo+k] = f * (float32(p[lo+k]*mass) - targets[lo+k])
			}
		}
	}
}

// faithfulMaSSL is Silva et al. 2024's (official code's defaults, runs of 100 epochs): LARS with 10
// epochs of warm-up, teacher temperature 0.04 → 0.07 over 30.
func faithfulMaSSL(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "lars", "train.lars_convention": "dino", "train.lars_eta": 0.001, "train.lars_clip": false, "train.lars_exclude": true,
		"train.momentum": 0.9, "train.lr": t.ScaledLR(0.3), "train.final_lr": 0.0048, "train.warmup": 0.1,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "massl.warmup_teacher_temperature": 0.04, "massl.teacher_temperature": 0.07,
		"massl.warmup_teacher_epochs": t.EpochShare(0.3),
	}
}
