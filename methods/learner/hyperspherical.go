package learner

import (
	"slices"

	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Hyperspherical holds the keys of the [hyperspherical] table (defaults of Mettes et al. 2019's
// code).
type Hyperspherical struct {
	Steps    int     `key:"steps" default:"10000" range:"[0,)" doc:"steps of the spreading before training; each costs K²·D multiplications"`
	LR       float64 `key:"lr" default:"0.1" range:"(0,)" needs:"hyperspherical.steps!=0" doc:"learning rate of the spreading"`
	Momentum float64 `key:"momentum" default:"0.9" range:"[0,1)" needs:"hyperspherical.steps!=0" doc:"momentum of the spreading"`
}

// hypersphericalPart declares [hyperspherical].
func hypersphericalPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "hyperspherical", Doc: "spread over the sphere before training, then frozen", Source: "Mettes et al. 2019",
			Table: setting.Of[Hyperspherical]("hyperspherical").OwnedBy("hyperspherical"),
		},
		First: "spreads the prototypes before training",
		New:   func(c part.Config, _ Host, p *Prototypes) Learner { return newHyperspherical(c, p) },
	}
}

// hyperspherical prototypes are spread over the sphere before training and frozen from then on
// (hyperspherical prototype networks, Mettes et al. 2019): gradient descent on the mean over the
// prototypes of the largest cosine with another one, with momentum, back on the sphere after every
// step. They are unique by construction and, unlike random ones, evenly spaced.
type hyperspherical struct {
	frozen
	Hyperspherical
}

func newHyperspherical(cfg part.Config, p *Prototypes) *hyperspherical {
	return &hyperspherical{frozen{p}, setting.Read[Hyperspherical](cfg.Settings, "hyperspherical")}
}

// Begin spreads the prototypes from where they are. Where they come to rest is their start as
// metrics see it.
func (h *hyperspherical) Begin(*team.Team, []float32, []float32) {
	k, d := h.p.K, h.p.D
	c := &encoders.Param{Name: "prototypes", Shape: []int{k, d}, Value: slices.Clone(h.p.Value), Grad: make([]float32, k*d), LRMult: 1}
	sgd, crowd := optim.NewSGD([]*encoders.Param{c}, h.Momentum), term.NewCrowding(k, d)
	for range h.Steps {
		crowd.Gradient(c.Grad, c.Value)
		sgd.Step(nil, h.LR)
		kernel.NormalizeRows(c.Value, c.Value, k, d, nil)
	}
	h.p.start(c.Value)
}
