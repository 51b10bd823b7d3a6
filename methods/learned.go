package methods

import (
	"fmt"
	"slices"

	"protobench/internal/kernel"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Learned is a learner's outcome as metrics see it.
type Learned struct {
	Name    string       // "" for the arm's own learner, else the observer's
	K, D    int          // K is 0 where the objective has no prototypes; then nothing below is set
	Initial []float32    // [K,D] effective prototypes at step 0
	Raw     []float32    // [K,D] as they enter the student's graph
	Current [2][]float32 // [K,D] effective prototypes (as the scores use them), by Branch
	Path    float64      // mean over the prototypes of the angles turned so far, radians
	Drift   float64      // the part of Path of the last whole epoch, radians
	Reseeds int          // re-seeding events so far

	// Scores maps embeddings [n,D] to scores [n,K]: inner products with the teacher's prototypes
	// for every arm, less the center where the objective has one. The argmax of a row is the
	// image's prototype.
	Scores func(z []float32) []float32

	// Predictions maps embeddings [n,D] to the predictions [n,K] that the student's softmax makes
	// of their scores with the teacher's prototypes, without a predictor of the objective's own;
	// nil where the objective predicts no prototypes.
	Predictions func(z []float32) []float32
	// Targets maps embeddings of the branch that gives the targets to targets [n,K], those of one
	// batch together, or to nil where they come from elsewhere than these images' scores.
	Targets func(z []float32) []float32
}

// learned is the arm's outcome after steps up to the given epoch, that of the first head where
// there are several; its slices are copies. Scores of a vMF mixture depend on the temperature, so
// they are taken at that of the epoch's targets, as the center was.
func (a *arm) learned(epoch int) Learned {
	p := a.learners[0].Vectors()
	if a.traits.Free {
		return Learned{Name: a.name, D: p.D}
	}
	l := Learned{
		Name: a.name, K: p.K, D: p.D, Initial: slices.Clone(p.Initial), Raw: slices.Clone(p.Value),
		Current: [2][]float32{slices.Clone(p.Effective[part.Student]), slices.Clone(p.Effective[part.Teacher])}, Path: p.Path(), Drift: p.Drift(), Reseeds: p.Reseeds(),
	}
	by := a.scorer(epoch, p.K, p.D)
	l.Scores, l.Targets = by.scores, by.targets
	if a.traits.Temperature > 0 {
		l.Predictions = by.predictions
	}
	return l
}

// scorer is what an arm's prototypes make of embeddings at an epoch.
type scorer struct {
	arm          *arm
	epoch        int
	k, d         int
	c            []float32 // [K,D]
	offset, bias []float32 // [K] or nil
}

func (a *arm) scorer(epoch, k, d int) *scorer {
	first := func(x []float32) []float32 { // of the heads
		if x == nil {
			return nil
		}
		return slices.Clone(x[:k])
	}
	c := a.scoring()
	return &scorer{
		arm: a, epoch: epoch, k: k, d: d, c: slices.Clone(c[:k*d]),
		offset: first(a.objective.Offset(c, epoch)), bias: first(a.objective.Bias(c)),
	}
}

// products are the inner products [n,K] of embeddings [n,D] with the prototypes.
func (s *scorer) products(z []float32) []float32 {
	n := len(z) / s.d
	out := make([]float32, n*s.k)
	kernel.InnerProducts(nil, out, z, s.c, n, s.d, s.k)
	return out
}

func (s *scorer) scores(z []float32) []float32 {
	out := s.products(z)
	if s.offset != nil {
		term.Subtract(out, out, s.offset)
	}
	return out
}

// biased are the scores as the student's softmax sees them.
func (s *scorer) biased(z []float32) []float32 {
	out := s.products(z)
	if s.bias != nil {
		term.AddRows(out, out, s.bias)
	}
	return out
}

func (s *scorer) predictions(z []float32) []float32 {
	out := s.biased(z)
	kernel.SoftmaxRows(nil, out, out, len(z)/s.d, s.k, float32(1/s.arm.traits.Temperature))
	return out
}

func (s *scorer) targets(z []float32) []float32 {
	scores := s.products
	if s.arm.traits.Targets == part.Student {
		scores = s.biased
	}
	in := objective.CodeInput{Scores: scores(z), Z: z, Prototypes: s.c, Epoch: float64(s.epoch)}
	q := make([]float32, len(in.Scores))
	if !s.arm.objective.Assign(q, in) {
		return nil
	}
	return q
}

func (a *arm) State(prefix string) []part.Named {
	var s []part.Named
	for h, l := range a.learners {
		at := prefix + "learner."
		if h > 0 {
			at = fmt.Sprintf("%slearner.head%d.", prefix, h)
		}
		s = append(append(s, l.Vectors().State(at)...), l.State(at)...)
	}
	s = append(s, a.objective.State(prefix+"objective.")...)
	if a.optimizer == nil {
		return s
	}
	s = append(s, part.ParamState(prefix, a.extra)...)
	return append(s, part.OptimizerState(prefix+"optimizer.", a.optimizer, a.extra)...)
}
