package prototypefree

import (
	"protobench/encoders/graph"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// SOP holds the keys of the [sop] table (Silva et al. 2025; the official code has 65,536 entries and
// draws 32 anchors with 8 supports each in 4 tasks).
type SOP struct {
	Memory             int     `key:"memory" default:"2048" range:"[3,)" doc:"past embeddings that anchors and supports are taken from"`
	Anchors            int     `key:"anchors" default:"32" range:"[2,)" doc:"random anchors of a task, between which images are told apart"`
	Supports           int     `key:"supports" default:"8" range:"[0,)" doc:"nearest other embeddings of the memory that stand beside each anchor"`
	Tasks              int     `key:"tasks" default:"4" range:"[1,)" doc:"tasks of a step, each with anchors of its own; the loss is their mean"`
	Smoothing          float64 `key:"smoothing" default:"0.1" range:"[0,1)" doc:"share of an anchor that counts for the other anchors of its task"`
	TeacherTemperature float64 `key:"teacher_temperature" default:"0.04" range:"(0,10]" least:"0.001" doc:"teacher temperature"`
}

// DeclareSOP declares [sop].
func DeclareSOP() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "sop", Source: "Silva et al. 2025",
			Doc:   "no prototypes: the student tells images apart by random past embeddings and their nearest others as the teacher does",
			Table: setting.Of[SOP]("sop").OwnedBy("sop"), Reads: []string{"loss.temperature"},
			Warn: func(c part.Config) []setting.Warning {
				return append(objective.WarmerThanStudent(c, "sop.teacher_temperature", "targets that are flatter than predictions sharpen nothing"), objective.LongQueue(c, "sop.memory")...)
			},
			Check: func(c part.Config) []*setting.KeyError {
				s := setting.Read[SOP](c.Settings, "sop")
				if s.Anchors+s.Supports <= s.Memory {
					return nil
				}
				return part.Refuse("sop.anchors", "take fewer, fewer supports or a larger memory", "%d anchors and %d others are more than the %d embeddings of the memory", s.Anchors, s.Supports, s.Memory)
			},
		},
		Traits: func(setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, Free: true, Crops: true}
		},
		New:      func(c part.Config, v objective.Views, _ int) objective.Objective { return newSOP(c, v) },
		Learner:  "a queue of past teacher embeddings, no prototypes",
		Faithful: faithfulSOP,
		Preset:   "past embeddings, some of them anchors with their nearest others, in the prototypes' place",
	}
}

// sop has no prototypes (Silva et al. 2025, SOP, by the authors of MaSSL and of the decoupling that
// this project asks about). At every step some tasks are drawn, each of which takes A random
// entries of a memory of past teacher embeddings as anchors, with their nearest other entries as
// supports. Views are compared by the probabilities of the anchors that they have through anchors
// and supports alike,
//
//	p_a = Σ_j softmax_j(z·m_j/τ)·L_ja,   loss = -mean Σ_a q_a·log p_a
//
// over tasks, images and pairs of a student crop and another, global teacher crop, with q the
// teacher's at a temperature of its own. An entry j counts for the anchor that it stands beside
// with its cosine to it, an anchor for itself with 1 - smoothing, and for the others evenly with
// what is left to 1. An entry may support several anchors.
//
// The official code draws half of its anchors once more, by weights that are to prefer anchors with
// alike supports but come to be equal (the deviation in their coefficient of variation is the mean
// again): the anchors here are as many as it is left with. Cosines below 0 count as 0 here, where
// probabilities would be negative there.
type sop struct {
	scoreless
	SOP
	v           objective.Views
	seed        uint64
	temperature float64
	past        *learner.Past // the memory
}

func newSOP(c part.Config, v objective.Views) *sop {
	return &sop{SOP: setting.Read[SOP](c.Settings, "sop"), v: v, seed: c.Seed, temperature: c.Settings.Float("loss.temperature")}
}

func (o *sop) Own(c part.Config, _ []float32, d int) []learner.Learner {
	o.past = learner.NewRandomPast(c.Seed, o.Memory, d)
	return []learner.Learner{sopMemory{newNothing(d), o}}
}

// sopMemory takes one embedding per image and step in, that of the last global crop.
type sopMemory struct {
	nothing
	o *sop
}

func (m sopMemory) After(s *learner.Step) { m.o.past.Push(m.o.v.Last(s.Z[part.Teacher])) }

func (m sopMemory) State(prefix string) []part.Named { return m.o.past.State(prefix) }

func (o *sop) Direct(h *objective.Head, z *G.Node) (*G.Node, error) {
	t := newSOPTasks(o, z.Shape()[1])
	weight := float64(h.Scaled(o.v.Weight())) / float64(o.Tasks)
	return graph.Apply(graph.Op{
		Kind: "sop", Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			t.draw(team, h.Input.Step)
			out[0] = float32(weight * t.loss(team, in[0], h.Input.Z))
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "sop-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, dz []float32) { t.gradient(team, dz, weight*float64(v[0][0])) },
			}, grad, out)
			return G.Nodes{dz}, err
		},
	}, z)
}

// faithfulSOP is Silva et al. 2025's ViT recipe (official code's defaults, runs of 100 epochs),
// without its patch loss.
func faithfulSOP(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "adamw", "train.lr": t.ScaledLR(5e-4), "train.final_lr": 1e-6, "train.warmup": 0.1,
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "sop.teacher_temperature": 0.04, "sop.smoothing": 0.1, "sop.anchors": 32, "sop.supports": 8, "sop.tasks": 4,
	}
}
