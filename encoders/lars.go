package encoders

import (
	"math"

	"protobench/internal/kernel"
)

// LARSConvention says what a layer's step is scaled by.
type LARSConvention string

// The two conventions of the field. Solo-learn's scales by |w| / (|g| + wd·|w| + ε), ε = 1e-8, and leaves weight decay out
// wherever it does not scale; DINO's scales by |w| / |g + wd·w|, the norm of what the step is made of.
const (
	LARSSoloLearn LARSConvention = "solo-learn"
	LARSDINO      LARSConvention = "dino"
)

const larsEps = 1e-8

// LARSConfig are the settings of LARS.
type LARSConfig struct {
	Convention LARSConvention
	Momentum   float64
	Eta        float64 // trust coefficient
	Clip       bool    // q ← min(q/lr, 1): the layer's own rate replaces the learning rate where that is smaller
	Exclude    bool    // no scaling and no weight decay for biases and norms
}

// LARS is layer-wise adaptive rate scaling (You et al. 2017): SGD with momentum on u = q·(g + wd·w), where the factor q of
// each parameter is η times what its convention says, so that a step changes every layer by a like share of its norm. A
// parameter or gradient of norm zero is not scaled.
type LARS struct {
	LARSConfig
	params   []*Param
	velocity map[*Param][]float32
	steps    [1]float64
}

// NewLARS returns LARS over params.
func NewLARS(params []*Param, c LARSConfig) *LARS {
	return &LARS{LARSConfig: c, params: params, velocity: zeros(params)}
}

// Step implements [Optimizer].
func (l *LARS) Step(team *kernel.Team, lr float64) {
	mu := float32(l.Momentum)
	for _, p := range l.params {
		step := lr * p.LRMult
		q, decay := l.factor(p, step)
		rate, f, wd, v := float32(step), float32(q), float32(decay), l.velocity[p]
		for i, w := range p.Value {
			v[i] = float32(mu*v[i]) + float32(f*(p.Grad[i]+float32(wd*w)))
			p.Value[i] = w - float32(rate*v[i])
		}
	}
	l.steps[0]++
}

// factor returns q and the weight decay of a parameter at its learning rate.
func (l *LARS) factor(p *Param, lr float64) (q, decay float64) {
	if l.Exclude && p.Exempt() {
		return 1, 0
	}
	w, wd := kernel.Norm(p.Value), p.WeightDecay
	var below, unscaled float64 // the denominator, and the weight decay where nothing is scaled
	if l.Convention == LARSDINO {
		below, unscaled = decayedNorm(p.Grad, p.Value, wd), wd
	} else if g := kernel.Norm(p.Grad); g > 0 {
		below = g + float64(wd*w) + larsEps
	}
	if w == 0 || below == 0 {
		return 1, unscaled
	}
	q = l.Eta * w / below
	if l.Clip { // also at learning rate 0, where a warm-up starts: q = 1
		q = min(q/lr, 1)
	}
	return q, wd
}

// decayedNorm is the Euclidean norm of g + wd·w.
func decayedNorm(g, w []float32, wd float64) float64 {
	var s float64
	for i, v := range g {
		u := float64(v) + float64(wd*float64(w[i]))
		s += float64(u * u)
	}
	return math.Sqrt(s)
}

// Slots implements [Optimizer].
func (l *LARS) Slots(p *Param) [][]float32 { return [][]float32{l.velocity[p]} }

// Steps implements [Optimizer].
func (l *LARS) Steps() []float64 { return l.steps[:] }
