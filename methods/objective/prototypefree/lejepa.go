package prototypefree

import (
	"protobench/encoders/graph"
	"protobench/internal/setting"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// LeJEPA holds the keys of the [lejepa] table (Balestriero and LeCun 2025; defaults of
// stable-pretraining's LeJEPA).
type LeJEPA struct {
	Weight float64 `key:"weight" default:"0.02" range:"[0,)" doc:"weight λ of the statistic, beside the invariance term's 1"`
	Slices int     `key:"slices" default:"1024" range:"[1,)" needs:"lejepa.weight!=0" doc:"random directions, drawn anew at every step"`
	TMax   float64 `key:"t_max" default:"3" range:"(0,)" needs:"lejepa.weight!=0" doc:"upper bound of the statistic's integral over the characteristic function's argument"`
	Points int     `key:"points" default:"17" range:"[2,)" needs:"lejepa.weight!=0" doc:"points of the integral"`
}

// DeclareLeJEPA declares [lejepa].
func DeclareLeJEPA() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "lejepa", Source: "Balestriero and LeCun 2025",
			Doc:   "no prototypes, and a teacher that feeds nothing back: views agree, and embeddings, not normalised, are held to an isotropic Gaussian by their distributions along random directions",
			Table: setting.Of[LeJEPA]("lejepa").OwnedBy("lejepa"),
		},
		Traits: func(setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Student, Unnormalised: true, Free: true, Crops: true}
		},
		New:      func(c part.Config, v objective.Views, d int) objective.Objective { return newLeJEPA(c, v, d) },
		Learner:  "nothing: there are no prototypes",
		Faithful: faithfulLeJEPA,
		Preset:   "no prototypes, no targets: agreement of the views and a test of normality",
	}
}

// lejepa has neither prototypes nor targets (Balestriero and LeCun 2025, LeJEPA): embeddings x of
// the V crops of N images agree, and a goodness-of-fit test keeps all of them distributed as an
// isotropic Gaussian, which nothing collapsed is,
//
//	loss = mean |x - c|² + λ·mean over directions of the Epps-Pulley statistic of the projections x·a
//
// with c the mean of an image's global crops (the gradient goes through it too) and directions a
// that are drawn anew at every step; see [eppsPulley]. The arm's teacher is the student's moving
// average, as everywhere; the loss does not see it.
type lejepa struct {
	scoreless
	LeJEPA
	v    objective.Views
	d    int
	seed uint64
}

func newLeJEPA(c part.Config, v objective.Views, d int) *lejepa {
	return &lejepa{LeJEPA: setting.Read[LeJEPA](c.Settings, "lejepa"), v: v, d: d, seed: c.Seed}
}

func (o *lejepa) Own(_ part.Config, _ []float32, d int) []learner.Learner {
	return []learner.Learner{newNothing(d)}
}

// directions are those of a step, rows [slices,D] of length 1.
func (o *lejepa) directions(step int) []float32 {
	return learner.RandomDirections(stream.New(o.seed, "slices", uint64(step)), o.Slices, o.d)
}

func (o *lejepa) Direct(h *objective.Head, z *G.Node) (*G.Node, error) {
	invariance, err := invarianceNode(z, o.v)
	if err != nil || o.Weight == 0 {
		return invariance, err
	}
	statistic, err := newEppsPulley(o.v.Crops*o.v.Images, o.d, o.LeJEPA).node(z, func() []float32 { return o.directions(h.Input.Step) })
	if err != nil {
		return nil, err
	}
	return graph.Sum([]float32{h.Scaled(1), h.Scaled(float32(o.Weight))}, invariance, statistic)
}

// invarianceNode adds the mean squared distance, per number, of embeddings z [crops·B,D] to the
// mean of the global crops of their images.
func invarianceNode(z *G.Node, v objective.Views) (*G.Node, error) {
	n := z.Shape().TotalSize()
	residual, size := make([]float32, n), n/v.Crops
	return graph.Apply(graph.Op{
		Kind: "invariance", Diff: []bool{true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			var sum float64
			for i := range size {
				var mean float64
				for g := range v.Global {
					mean += float64(in[0][g*size+i])
				}
				mean /= float64(v.Global)
				for at := i; at < n; at += size {
					r := float64(in[0][at]) - mean
					residual[at] = float32(r)
					sum += float64(r * r)
				}
			}
			out[0] = float32(sum / float64(n))
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "invariance-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, in [][]float32, dz []float32) {
					invarianceGradient(v, dz, residual, 2*float64(in[0][0])/float64(n))
				},
			}, grad, out)
			return G.Nodes{dz}, err
		},
	}, z)
}

// invarianceGradient sets dz to the distances' gradient, times f, of residuals: global crops move
// the mean as well, by their share.
func invarianceGradient(v objective.Views, dz, residual []float32, f float64) {
	size := len(dz) / v.Crops
	for i := range size {
		var sum float64
		for at := i; at < len(dz); at += size {
			sum += float64(residual[at])
		}
		share := sum / float64(v.Global)
		for at := i; at < len(dz); at += size {
			r := float64(residual[at])
			if at < v.Global*size {
				r -= share
			}
			dz[at] = float32(f * r)
		}
	}
}

// faithfulLeJEPA is Balestriero and LeCun 2025's (the authors' minimal example: a batch of 256 and
// one of 800 epochs of warm-up; the learning rate ends at half of its peak).
func faithfulLeJEPA(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 16,
		"train.optimizer": "adamw", "train.lr": t.ScaledLR(2e-3), "train.final_lr": t.ScaledLR(1e-3), "train.warmup": 1.0 / 800,
		"train.weight_decay": 0.05, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"lejepa.weight": 0.02, "lejepa.slices": 1024, "lejepa.t_max": 3.0, "lejepa.points": 17,
	}
}
