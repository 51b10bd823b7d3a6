package optim

import (
	"math"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// LARSConvention says what a layer's step is scaled by.
type LARSConvention string

// The two conventions of the field. Solo-learn's scales by |w| / (|g| + wd·|w| + ε), ε = 1e-8, and
// leaves weight decay out wherever it does not scale; DINO's scales by |w| / |g + wd·w|, the norm
// of what the step is made of.
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

// LARS is layer-wise adaptive rate scaling (You et al. 2017): SGD with momentum on u = q·(g +
// wd·w), where the factor q of each parameter is η times what its convention says, so that a step
// changes every layer by a like share of its norm. A parameter or gradient of norm zero is not
// scaled.
type LARS struct {
	LARSConfig
	params   []*encoders.Param
	chunks   paramChunks
	velocity map[*encoders.Param][]float32
	steps    [1]float64

	part     []float64 // one number a paramChunk
	w, below []float64 // norms of the parameters and of what they are divided by
	q, decay []float64 // factors and weight decays of the parameters

	lr                     float64     // of the step
	weigh, divisor, update func(i int) // tasks of a paramChunk
}

// NewLARS returns LARS over params.
func NewLARS(params []*encoders.Param, c LARSConfig) *LARS {
	l := &LARS{LARSConfig: c, params: params, chunks: cut(params), velocity: zeros(params)}
	l.part = make([]float64, len(l.chunks))
	for _, v := range []*[]float64{&l.w, &l.below, &l.q, &l.decay} {
		*v = make([]float64, len(params))
	}
	l.weigh, l.divisor, l.update = l.weighPiece, l.divisorPiece, l.updatePiece
	return l
}

// Step implements [Optimizer].
func (l *LARS) Step(team *team.Team, lr float64) {
	l.norms(team)
	for i, p := range l.params {
		l.q[i], l.decay[i] = l.factor(i, lr*p.LRMult)
	}
	l.lr = lr
	team.Do(len(l.chunks), l.update)
	l.steps[0]++
}

func (l *LARS) updatePiece(i int) {
	c := l.chunks[i]
	rate := float32(l.lr * c.LRMult)
	kernel.Momentum(c.value(), c.grad(), c.of(l.velocity[c.Param]), float32(l.Momentum), float32(l.q[c.at]), float32(l.decay[c.at]), rate, false)
}

// norms takes the norms that the factors are made of: of each parameter, and of its gradient, with
// DINO's convention decayed.
func (l *LARS) norms(team *team.Team) {
	l.chunks.sums(team, l.part, l.w, l.weigh)
	l.chunks.sums(team, l.part, l.below, l.divisor)
	for i := range l.w {
		l.w[i], l.below[i] = math.Sqrt(l.w[i]), math.Sqrt(l.below[i])
	}
}

func (l *LARS) weighPiece(i int) {
	c := l.chunks[i]
	l.part[i] = kernel.Dot64(c.value(), c.value())
}

func (l *LARS) divisorPiece(i int) {
	c := l.chunks[i]
	if l.Convention == LARSDINO {
		l.part[i] = kernel.DecayedSquares(c.grad(), c.value(), c.WeightDecay)
	} else {
		l.part[i] = kernel.Dot64(c.grad(), c.grad())
	}
}

// factor returns q and the weight decay of parameter i at its learning rate.
func (l *LARS) factor(i int, lr float64) (q, decay float64) {
	p := l.params[i]
	if l.Exclude && p.Exempt() {
		return 1, 0
	}
	w, below, wd := l.w[i], l.below[i], p.WeightDecay
	var unscaled float64 // the weight decay where nothing is scaled
	if l.Convention == LARSDINO {
		unscaled = wd
	} else if below > 0 {
		below += float64(wd*w) + larsEps
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

// Slots implements [Optimizer].
func (l *LARS) Slots(p *encoders.Param) [][]float32 { return [][]float32{l.velocity[p]} }

// Steps implements [Optimizer].
func (l *LARS) Steps() []float64 { return l.steps[:] }
