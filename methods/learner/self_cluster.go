package learner

import (
	"math"

	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/mixture"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
)

// SelfCluster holds the keys of the [self-cluster] table (defaults of Darcet et al. 2025's CAPI).
type SelfCluster struct {
	LR                float64 `key:"lr" default:"0.0005" range:"(0,)" doc:"learning rate of the prototypes' own AdamW, constant"`
	WeightDecay       float64 `key:"weight_decay" default:"0" range:"[0,)" doc:"weight decay of that AdamW"`
	TargetTemperature float64 `key:"target_temperature" default:"0.06" range:"(0,10]" least:"0.0115" doc:"temperature of the Sinkhorn targets"`
	Temperature       float64 `key:"temperature" default:"0.12" range:"(0,10]" least:"0.001" doc:"temperature of the predictions"`
	Iterations        int     `key:"iterations" default:"3" range:"[1,100]" doc:"Sinkhorn-Knopp iterations"`
}

// selfClusterPart declares [selfCluster].
func selfClusterPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "self-cluster", Doc: "decoupled by a gradient: a Sinkhorn clustering loss and optimizer of the prototypes' own, on teacher embeddings", Source: "Darcet et al. 2025 (CAPI)",
			Table: setting.Of[SelfCluster]("self-cluster").OwnedBy("self-cluster"), Reads: moving(),
		},
		New: func(c part.Config, _ Host, p *Prototypes) Learner { return newSelfCluster(c, p) },
	}
}

// selfCluster prototypes are learned by a clustering loss of their own on the teacher's embeddings,
// with an optimizer of their own; no gradient reaches the encoder, and none comes from the
// encoder's loss (the clustering head of CAPI, Darcet et al. 2025, sec. 3.1): decoupled by a
// gradient. With logits l = W·z + b of unit embeddings z:
//
//	q = Sinkhorn(l/τ_target),   p = softmax(l/τ),   L = -(1/n) Σ_i Σ_k q_ik·ln p_ik,   ∂L/∂l = (p - q)/(τ·n)
//
// Sinkhorn-Knopp is CAPI's, with its ε of 1e-8 in the divisors. W and b start as CAPI's, W's rows
// with the norm √D of its normal draws (here in the directions of the prototypes) and b at zero. W
// is not normalised; the prototypes that the objective sees are its rows on the unit sphere,
// without b. They are a classifier's weights: what separates clusters, not where they are.
type selfCluster struct {
	Decoupled
	SelfCluster
	weight, bias *encoders.Param
	optimizer    *optim.AdamW
	targets      []float32 // [n,K]
	logits       []float32 // [n,K], then their gradient
	losses       []float64 // [n]
	balancer     sinkhorn.Logarithmic
}

func newSelfCluster(cfg part.Config, p *Prototypes) *selfCluster {
	m := &selfCluster{Decoupled: Decoupled{p}, SelfCluster: setting.Read[SelfCluster](cfg.Settings, "self-cluster")}
	param := func(name string, decay float64, shape ...int) *encoders.Param {
		n := 1
		for _, s := range shape {
			n *= s
		}
		return &encoders.Param{Name: name, Shape: shape, Value: make([]float32, n), Grad: make([]float32, n), LRMult: 1, WeightDecay: decay}
	}
	m.weight, m.bias = param("weight", m.WeightDecay, p.K, p.D), param("bias", 0, p.K)
	m.optimizer = optim.NewAdamW(m.own())
	m.optimizer.Beta2, m.balancer.Epsilon = 0.95, 1e-8
	m.Adopt()
	return m
}

func (m *selfCluster) own() []*encoders.Param { return []*encoders.Param{m.weight, m.bias} }

func (m *selfCluster) Adopt() {
	scale := float32(math.Sqrt(float64(m.P.D)))
	for i, v := range m.P.Value {
		m.weight.Value[i] = scale * v
	}
	clear(m.bias.Value)
	for _, p := range m.own() {
		for _, s := range m.optimizer.Slots(p) {
			clear(s)
		}
	}
	clear(m.optimizer.Steps())
	m.P.Publish(nil)
}

func (m *selfCluster) Before(s *Step) {
	s.Found.Note("self-cluster.loss", m.gradient(s.Team, s.Z[part.Teacher]))
	m.optimizer.Step(s.Team, m.LR)
	s.Team.Chunks(m.P.K, kernel.RowChunk(m.P.D), func(lo, hi int) {
		for k := lo; k < hi; k++ {
			mixture.ToSphere(m.P.Value[k*m.P.D:][:m.P.D], m.weight.Value[k*m.P.D:][:m.P.D])
		}
	})
	m.P.Publish(s.Team)
}

// MovedBy implements [Mover], by the clustering loss's gradients by the logits.
func (m *selfCluster) MovedBy() (float64, bool) { return movedBy(m.logits, m.P.K) }

// gradient sets the gradients of the clustering loss on embeddings z [n,D] and returns the loss.
func (m *selfCluster) gradient(team *team.Team, z []float32) float64 {
	k, d := m.P.K, m.P.D
	n := len(z) / d
	if len(m.targets) != n*k {
		m.targets, m.logits, m.losses = make([]float32, n*k), make([]float32, n*k), make([]float64, n)
	}
	kernel.InnerProducts(team, m.logits, z, m.weight.Value, n, d, k)
	sharpen := float32(1 / m.TargetTemperature)
	team.Chunks(n, kernel.RowChunk(k), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row, target := m.logits[i*k:][:k], m.targets[i*k:][:k]
			for c, b := range m.bias.Value {
				row[c] += b
				target[c] = row[c] * sharpen
			}
		}
	})
	m.balancer.Run(team, m.targets, n, k, m.Iterations)
	team.Chunks(n, kernel.RowChunk(k), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m.losses[i] = m.rowGradient(m.logits[i*k:][:k], m.targets[i*k:][:k], n)
		}
	})
	kernel.Gemm(team, true, false, k, d, n, m.logits, k, z, d, m.weight.Grad, d, false)
	team.Chunks(k, kernel.RowChunk(n), func(lo, hi int) {
		clear(m.bias.Grad[lo:hi])
		for i := range n {
			for c, g := range m.logits[i*k+lo : i*k+hi] {
				m.bias.Grad[lo+c] += g
			}
		}
	})
	var loss float64
	for _, l := range m.losses {
		loss += l / float64(n)
	}
	return loss
}

// rowGradient turns a row of logits into the gradient of the loss and returns the row's loss.
func (m *selfCluster) rowGradient(row, target []float32, n int) float64 {
	inv := 1 / float32(m.Temperature)
	mass, product := kernel.Sum(target), kernel.Dot64(target, row)
	lse := kernel.SoftmaxScaled(row, row, inv)
	f := inv / float32(n)
	for c, p := range row {
		row[c] = f * (float32(p*float32(mass)) - target[c])
	}
	return float64(mass*lse) - float64(float64(inv)*product)
}

// Move puts a prototype on an embedding, at the norm that a start has; momentum forgets it, and the
// second moment takes the mean of all, as in the joint learner.
func (m *selfCluster) Move(k int, z []float32) {
	d := m.P.D
	scale := float32(math.Sqrt(float64(d)))
	for j, v := range z {
		m.weight.Value[k*d+j] = scale * v
	}
	m.bias.Value[k] = 0
	forget(m.optimizer, m.weight, k)
	forget(m.optimizer, m.bias, k)
	copy(m.P.Value[k*d:][:d], z)
	m.P.replaced(k)
}

func (m *selfCluster) State(prefix string) []part.Named {
	return append(part.ParamState(prefix, m.own()), part.OptimizerState(prefix+"optimizer.", m.optimizer, m.own())...)
}
