package methods

import (
	"math"

	"protobench/internal/kernel"
	"protobench/methods/learner"
	"protobench/methods/objective"
)

// Probe is what one step tells of what moves a learner's prototypes. With several heads it is the
// first one's.
type Probe struct {
	Gradient     *GradientSplit          // nil where the prototypes have none
	CrossEntropy *objective.CrossEntropy // nil where the loss is none, and for observers without a graph
	MovedBy      float64                 // effective number of the step's views that move a prototype, a mean over those that are moved; NaN where it is not known
}

// GradientSplit is the gradient g [K,D] of the loss, regularizers included, by the prototypes as
// they enter the graph. It falls into three parts that are orthogonal to each other: along the
// prototypes themselves, which turns none of them; what is left of it and the same for all, their
// mean, which shifts them together; and the rest, which moves them apart or together.
type GradientSplit struct {
	Norm                 float64 // √Σ_k |g_k|²
	Radial, Common, Rest float64 // shares of Norm², which sum to 1; 0 where Norm is
}

// Probe has the next step look at what moves the prototypes, for [StepResult.Probes]. It changes
// nothing that training sees.
func (t *Trainer) Probe() {
	for _, a := range t.arms() {
		a.probing = !a.traits.Free
	}
}

// arms are the arm's own and its observers.
func (t *Trainer) arms() []*arm { return append([]*arm{t.host}, t.observers...) }

// probes are what the step has found where it was asked, by learner.
func (t *Trainer) probes() map[string]Probe {
	var out map[string]Probe
	for _, a := range t.arms() {
		if !a.probing {
			continue
		}
		if out == nil {
			out = map[string]Probe{}
		}
		out[a.name], a.probing = a.probe, false
	}
	return out
}

// look takes a probe between the loss and the prototypes' update.
func (a *arm) look(epoch float64) {
	if !a.probing {
		return
	}
	l := a.learners[0]
	a.probe = Probe{MovedBy: math.NaN()}
	if a.student != nil {
		if ce, ok := a.head.SplitCrossEntropy(a.student); ok {
			a.probe.CrossEntropy = &ce
			if learner.Follows(l, epoch) {
				a.probe.MovedBy = ce.Views
			}
		}
	}
	if a.head.Gradient {
		p := l.Vectors()
		g := splitGradient(l.Params()[0].Grad, p.Value, p.D)
		a.probe.Gradient = &g
	}
}

// lookAgain adds what the learner alone knows, once it has moved them.
func (a *arm) lookAgain() {
	if !a.probing {
		return
	}
	if m, ok := a.learners[0].(learner.Mover); ok {
		if n, known := m.MovedBy(); known {
			a.probe.MovedBy = n
		}
	}
}

// splitGradient splits the gradient g [K,D] of prototypes c [K,D].
func splitGradient(g, c []float32, d int) GradientSplit {
	var total, radial, common float64
	mean := make([]float64, d) // of what is not radial
	for lo := 0; lo < len(g); lo += d {
		gk, ck := g[lo:][:d], c[lo:][:d]
		total += kernel.Dot64(gk, gk)
		var along float64
		if square := kernel.Dot64(ck, ck); square > 0 {
			dot := kernel.Dot64(gk, ck)
			radial += dot * dot / square
			along = dot / square
		}
		for j := range mean {
			mean[j] += float64(gk[j]) - float64(along*float64(ck[j]))
		}
	}
	if total == 0 {
		return GradientSplit{}
	}
	for _, m := range mean {
		common += float64(m*m) * float64(d) / float64(len(g))
	}
	radial, common = radial/total, common/total
	return GradientSplit{Norm: math.Sqrt(total), Radial: radial, Common: common, Rest: max(0, 1-radial-common)}
}
