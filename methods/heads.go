package methods

import (
	"fmt"
	"math/rand/v2"

	"protobench/internal/stream"
)

// newHeads makes the prototypes of several heads from unit vectors start [H·K,D]. They lie side by side in one matrix, so
// that one product gives all scores; each head's have a learner and a record of their own.
func newHeads(start []float32, heads, k, d int, separateTeacher bool) []*prototypes {
	whole := newPrototypes(start, heads*k, d, separateTeacher)
	if heads == 1 {
		return []*prototypes{whole}
	}
	parts := make([]*prototypes, heads)
	for h := range parts {
		at := func(x []float32) []float32 { return x[h*k*d : (h+1)*k*d : (h+1)*k*d] }
		p := newPrototypes(at(start), k, d, false)
		p.head, p.whole, p.value, p.teacher = h, whole, at(whole.value), at(whole.teacher)
		p.now[Student], p.now[Teacher] = at(whole.now[Student]), at(whole.now[Teacher])
		parts[h] = p
	}
	return parts
}

// randomHeads draws unit vectors [H·K,D] for all heads: the first head's are those of an arm with one.
func randomHeads(seed uint64, heads, k, d int) []float32 {
	c := randomPrototypes(seed, k, d)
	for h := 1; h < heads; h++ {
		c = append(c, randomDirections(headStream(seed, "prototypes", h), k, d)...)
	}
	return c
}

// headStream is the random stream of a purpose for one of several heads; the first has that of an arm with one.
func headStream(seed uint64, purpose string, head int, keys ...uint64) *rand.Rand {
	if head > 0 {
		purpose, keys = purpose+"-head", append([]uint64{uint64(head)}, keys...)
	}
	return stream.New(seed, purpose, keys...)
}

// heads returns the learners of all heads.
func (a *arm) heads() []learner { return append([]learner{a.learner}, a.further...) }

// all are the prototypes of all heads.
func (a *arm) all() *prototypes { return a.learner.vectors().whole }

// follow gives each head's learner its part of the prototypes' gradient [H·K,D].
func (a *arm) follow(grad []float32) {
	for h, l := range a.heads() {
		p := l.vectors()
		l.params()[0].Grad = grad[h*p.k*p.d:][:p.k*p.d]
	}
}

// each runs a part of the step for the learner of each head. Signals are those of the first one, and so are events about all
// prototypes; other events of further heads count their prototypes on from it.
func (a *arm) each(s *stepInput, f func(learner, *stepInput)) {
	f(a.learner, s)
	for h, l := range a.further {
		own, p := *s, l.vectors()
		own.values = map[string]float64{}
		own.event = func(kind string, k int) {
			if k >= 0 {
				s.event(kind, (h+1)*p.k+k)
			}
		}
		f(l, &own)
	}
}

// severalHeads refuses regularizers of one set of prototypes, or of predictions over it, where there are several sets.
func (c Config) severalHeads() []error {
	var errs []error
	if c.Heads() == 1 || isBound(c.Composition.Objective) {
		return nil
	}
	for _, r := range c.Composition.Regularizers {
		if r != "koleo-features" {
			errs = append(errs, fmt.Errorf("regularizers: %s acts on one set of prototypes, and deepcluster.heads has %d; set deepcluster.heads = 1 or drop it", r, c.Heads()))
		}
	}
	return errs
}
