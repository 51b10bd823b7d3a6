package distillation

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// MSN holds the keys of the [msn] table (Assran et al. 2022; defaults of the official
// configurations).
type MSN struct {
	Sharpen    float64 `key:"sharpen" default:"0.25" range:"(0,1]" doc:"targets are the teacher's softmax to the power 1/sharpen"`
	MeMax      float64 `key:"me_max_weight" default:"1" range:"[0,)" doc:"weight of the me-max term, which keeps the mean prediction uniform"`
	Entropy    float64 `key:"entropy_weight" default:"0" range:"[0,)" doc:"weight of the predictions' mean entropy"`
	Sinkhorn   bool    `key:"sinkhorn" default:"true" doc:"balance the targets over the prototypes"`
	Iterations int     `key:"iterations" default:"3" range:"[1,100]" read:"msn.sinkhorn=true" doc:"Sinkhorn-Knopp iterations, with sinkhorn"`
}

// DeclareMSN declares [msn].
func DeclareMSN() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "msn", Doc: "cross-entropy to sharpened (by default Sinkhorn-balanced) teacher targets, with me-max", Source: "Assran et al. 2022",
			Table: setting.Of[MSN]("msn").OwnedBy("msn"), Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init"},
			Warn: func(c part.Config) []setting.Warning {
				if !c.Settings.Bool("msn.sinkhorn") {
					return nil
				}
				return objective.ThinCodes(c, 2*c.Train.Batch)
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, WeightNorm: true, Temperature: v.Float("loss.temperature"), Scores: true, Crops: true}
		},
		New: func(c part.Config, _ objective.Views, _ int) objective.Objective {
			return newMSN(setting.Read[MSN](c.Settings, "msn"), c.Settings.Int("prototypes.count"), c.Settings.Float("loss.temperature"))
		},
		Covers:   map[string]string{"me-max": "msn.me_max_weight"},
		Faithful: faithfulMSN,
	}
}

// msn predicts the teacher's sharpened assignment of another view (Assran et al. 2022, sec. 3):
// targets are softmax(score/τ)^(1/T) over its sum, by default balanced by Sinkhorn-Knopp as in the
// official configurations; the mean prediction is kept uniform by a me-max term. Prototypes are
// normalised with a gradient through the norm. Here both views are global ones (the paper's anchors
// are masked patches; local crops are its focal views), and targets use the teacher's copy of the
// prototypes (the paper has one copy).
type msn struct {
	objective.Unchanging
	MSN
	k           int
	temperature float64
}

func newMSN(s MSN, k int, temperature float64) *msn {
	return &msn{MSN: s, k: k, temperature: temperature}
}

// Codes sharpens the teacher's softmax: softmax(s/τ)^(1/T) over its sum is softmax(s/(τ·T)).
func (o *msn) Codes(q []float32, in objective.CodeInput) {
	n := len(in.Scores) / o.k
	kernel.SoftmaxRows(in.Team, q, in.Scores, n, o.k, float32(1/(o.temperature*o.Sharpen)))
	if o.Sinkhorn {
		sinkhorn.Balance(in.Team, q, n, o.k, o.Iterations)
	}
}

func (o *msn) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	ce, err := h.CrossEntropy(s, targets)
	if err != nil {
		return nil, err
	}
	terms, weights := []*G.Node{ce}, []float32{1}
	for _, t := range []struct {
		weight float64
		node   func(*G.Node, float32) (*G.Node, error)
	}{{o.MeMax, term.MeMaxNode}, {o.Entropy, term.EntropyNode}} {
		if t.weight == 0 {
			continue
		}
		n, err := t.node(s, float32(o.temperature))
		if err != nil {
			return nil, err
		}
		terms, weights = append(terms, n), append(weights, h.Scaled(float32(t.weight)))
	}
	if len(terms) == 1 {
		return ce, nil
	}
	return graph.Sum(weights, terms...)
}

// faithfulMSN is Assran et al. 2022's (official ViT-S configuration: batch 1024, 15 of 800 epochs
// of warm-up); prototypes have no weight decay and start with length 1/√3: uniform numbers within
// ±1/√D. The teacher's momentum rises in a straight line.
func faithfulMSN(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "adamw", "train.lr": t.ScaledLR(1e-3 / 4), "train.final_lr": 1e-6, "train.warmup": 0.02,
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0, "train.teacher_momentum_curve": "linear",
		"loss.temperature": 0.1, "msn.sharpen": 0.25, "msn.me_max_weight": 1.0, "msn.entropy_weight": 0.0, "msn.sinkhorn": true, "msn.iterations": 3,
		"prototypes.freeze_epochs": 0.0, "prototypes.lr_mult": 1.0, "prototypes.norm": 1 / math.Sqrt(3), "prototypes.weight_decay": 0.0,
	}
}

func (o *msn) Assign(q []float32, in objective.CodeInput) bool {
	o.Codes(q, in)
	return true
}
