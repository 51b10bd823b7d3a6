package methods

import (
	"fmt"
	"slices"

	"protobench/internal/kernel"
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

	// Scores maps embeddings [n,D] to scores [n,K]: inner products with the teacher's prototypes for every arm, less the
	// center where the objective has one. The argmax of a row is the image's prototype.
	Scores func(z []float32) []float32
}

// learned is the arm's outcome after steps up to the given epoch, that of the first head where there are several; its slices are copies.
// Scores of a vMF mixture depend on the temperature, so they are taken at that of the epoch's targets, as the center was.
func (a *arm) learned(epoch int) Learned {
	p := a.learners[0].Vectors()
	if a.traits.Free {
		return Learned{Name: a.name, D: p.D}
	}
	l := Learned{
		Name: a.name, K: p.K, D: p.D, Initial: slices.Clone(p.Initial), Raw: slices.Clone(p.Value),
		Current: [2][]float32{slices.Clone(p.Effective[part.Student]), slices.Clone(p.Effective[part.Teacher])}, Path: p.Path(), Drift: p.Drift(), Reseeds: p.Reseeds(),
	}
	c := slices.Clone(a.scoring()[:p.K*p.D])
	offset := slices.Clone(a.objective.Offset(a.scoring(), epoch))
	if offset != nil {
		offset = offset[:p.K]
	}
	l.Scores = func(z []float32) []float32 {
		n := len(z) / p.D
		out := make([]float32, n*p.K)
		kernel.InnerProducts(nil, out, z, c, n, p.D, p.K)
		if offset != nil {
			term.Subtract(out, out, offset)
		}
		return out
	}
	return l
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
