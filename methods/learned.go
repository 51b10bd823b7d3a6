package methods

import (
	"fmt"

	"protobench/internal/kernel"
)

// learned is the arm's outcome after steps up to the given epoch, that of the first head where there are several; its slices are copies.
// Scores of a vMF mixture depend on the temperature, so they are taken at that of the epoch's targets, as the center was.
func (a *arm) learned(epoch int) Learned {
	p := a.learner.vectors()
	if a.prototypeFree() {
		return Learned{Name: a.name, D: p.d}
	}
	l := Learned{
		Name: a.name, K: p.k, D: p.d, Raw: clone(p.value), Initial: clone(p.initial),
		Current: [2][]float32{clone(p.now[Student]), clone(p.now[Teacher])}, Path: p.path[pathTotal], Drift: p.path[pathDrift], Reseeds: int(p.reseeds[0]),
	}
	center, c := clone(a.objective.center()), clone(a.scoring()[:p.k*p.d])
	if len(a.further) > 0 && center != nil {
		center = center[:p.k]
	}
	if d, ok := a.objective.(*dino); ok && d.vmf != nil {
		center = d.vmf.offset(c, d.ramp.At(epoch), d.Targets == "centering")
	}
	l.Scores = func(z []float32) []float32 {
		n := len(z) / p.d
		out := make([]float32, n*p.k)
		kernel.Gemm(nil, false, true, n, p.k, p.d, z, p.d, c, p.d, out, p.k, false)
		if center != nil {
			subtract(out, out, center)
		}
		return out
	}
	return l
}

// prototypeFree reports whether the arm's vectors are no prototypes but embeddings.
func (a *arm) prototypeFree() bool {
	_, free := a.learner.(*memory)
	return free
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

func (a *arm) state(prefix string) []Named {
	var s []Named
	for h, l := range a.heads() {
		at := prefix + "learner."
		if h > 0 {
			at = fmt.Sprintf("%slearner.head%d.", prefix, h)
		}
		s = append(append(s, l.vectors().state(at)...), l.state(at)...)
	}
	s = append(s, a.objective.state(prefix+"objective.")...)
	if a.optimizer == nil {
		return s
	}
	s = append(s, paramState(prefix, a.extra)...)
	return append(s, optimizerState(prefix+"optimizer.", a.optimizer, a.extra)...)
}
