package learner

import (
	"slices"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Hyperspherical holds the keys of the [hyperspherical] table (defaults of Mettes et al. 2019's code).
type Hyperspherical struct {
	Steps    int     `key:"steps" default:"10000" range:"[0,)" doc:"steps of the spreading before training; each costs K²·D multiplications"`
	LR       float64 `key:"lr" default:"0.1" range:"(0,)" needs:"hyperspherical.steps!=0" doc:"learning rate of the spreading"`
	Momentum float64 `key:"momentum" default:"0.9" range:"[0,1)" needs:"hyperspherical.steps!=0" doc:"momentum of the spreading"`
}

// hypersphericalPart declares [hyperspherical].
func hypersphericalPart() learnerDeclaration {
	return learnerDeclaration{
		Declaration: part.Declaration{
			Name: "hyperspherical", Doc: "spread over the sphere before training, then frozen", Source: "Mettes et al. 2019",
			Table: setting.Of[Hyperspherical]("hyperspherical").OwnedBy("hyperspherical"),
		},
		First: "spreads the prototypes before training",
		New:   func(c part.Config, _ Host, p *Prototypes) Learner { return newHyperspherical(c, p) },
	}
}

// hyperspherical prototypes are spread over the sphere before training and frozen from then on (hyperspherical prototype
// networks, Mettes et al. 2019): gradient descent on the mean over the prototypes of the largest cosine with another one, with
// momentum, back on the sphere after every step. They are unique by construction and, unlike random ones, evenly spaced.
type hyperspherical struct {
	frozen
	Hyperspherical
}

func newHyperspherical(cfg part.Config, p *Prototypes) *hyperspherical {
	return &hyperspherical{frozen{p}, setting.Read[Hyperspherical](cfg.Settings, "hyperspherical")}
}

// Begin spreads the prototypes from where they are. Where they come to rest is their start as metrics see it.
func (h *hyperspherical) Begin(*team.Team, []float32, []float32) {
	k, d := h.p.K, h.p.D
	c := &encoders.Param{Name: "prototypes", Shape: []int{k, d}, Value: slices.Clone(h.p.Value), Grad: make([]float32, k*d), LRMult: 1}
	sgd, crowd := encoders.NewSGD([]*encoders.Param{c}, h.Momentum), term.NewKoleo(k, d)
	for range h.Steps {
		crowding(c.Grad, crowd, c.Value)
		sgd.Step(nil, h.LR)
		kernel.NormalizeRows(c.Value, c.Value, k, d, nil)
	}
	h.p.start(c.Value)
}

// crowding returns (1/K)·Σ_k max_l≠k c_k·c_l of unit rows c [K,D] and sets its gradient: each row is pushed by its nearest
// neighbour and by those whose nearest it is.
func crowding(grad []float32, t *term.Koleo, c []float32) float64 {
	copy(t.C, c)
	t.Nearest(nil)
	clear(grad)
	var s float64
	f := 1 / float32(t.K)
	for r, l := range t.Near {
		a, b := c[r*t.D:][:t.D], c[l*t.D:][:t.D]
		s += float64(kernel.Dot(a, b))
		kernel.Axpy(f, b, grad[r*t.D:][:t.D])
		kernel.Axpy(f, a, grad[l*t.D:][:t.D])
	}
	return s / float64(t.K)
}
