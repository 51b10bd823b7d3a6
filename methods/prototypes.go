package methods

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/stream"
)

// prototypes are the K vectors of one learner and the record of how they moved.
type prototypes struct {
	k, d    int
	value   []float32    // [K,D] as they enter the student's graph
	teacher []float32    // [K,D] as the teacher has them; the same slice where there is no second copy
	now     [2][]float32 // [K,D] effective: on the unit sphere, by Branch
	initial []float32    // effective at step 0
	last    []float32    // effective after the step before
	path    []float64    // one element: mean over prototypes of the angles turned so far
	recent  []float64    // [K] running share of the assignments, as a multiple of 1/K
	reseeds []float64    // one element: re-seeding events so far
}

// randomPrototypes draws unit vectors from the run's own stream, equal for all learners of a seed.
func randomPrototypes(seed uint64, k, d int) []float32 {
	r := stream.New(seed, "prototypes")
	c := make([]float32, k*d)
	for i := range c {
		c[i] = float32(r.NormFloat64())
	}
	kernel.NormalizeRows(c, c, k, d, nil)
	return c
}

func newPrototypes(start []float32, k, d int, separateTeacher bool) *prototypes {
	p := &prototypes{k: k, d: d, path: make([]float64, 1), reseeds: make([]float64, 1), recent: make([]float64, k)}
	p.value = make([]float32, k*d)
	p.teacher = p.value
	if separateTeacher {
		p.teacher = make([]float32, k*d)
	}
	p.now[Student], p.now[Teacher] = make([]float32, k*d), make([]float32, k*d)
	p.initial, p.last = make([]float32, k*d), make([]float32, k*d)
	p.start(start)
	return p
}

// start puts the prototypes at unit vectors c and forgets all movement.
func (p *prototypes) start(c []float32) {
	copy(p.value, c)
	copy(p.teacher, c)
	p.effective()
	copy(p.initial, p.now[Student])
	copy(p.last, p.now[Student])
	p.path[0] = 0
	for i := range p.recent {
		p.recent[i] = 1
	}
}

func (p *prototypes) effective() {
	kernel.NormalizeRows(p.now[Student], p.value, p.k, p.d, nil)
	kernel.NormalizeRows(p.now[Teacher], p.teacher, p.k, p.d, nil)
}

// moved refreshes the effective prototypes and adds the angles turned since the last call to the path.
func (p *prototypes) moved() {
	p.effective()
	var sum float64
	for i := range p.k {
		a, b := p.now[Student][i*p.d:][:p.d], p.last[i*p.d:][:p.d]
		var s float64
		for j := range a {
			e := float64(a[j]) - float64(b[j])
			s += e * e
		}
		sum += 2 * math.Asin(min(1, math.Sqrt(s)/2)) // exact for small angles, unlike the arc cosine
	}
	p.path[0] += sum / float64(p.k)
	copy(p.last, p.now[Student])
}

func (p *prototypes) state(prefix string) []Named {
	s := []Named{
		f32(prefix+"value", p.value, p.k, p.d), f32(prefix+"initial", p.initial, p.k, p.d), f32(prefix+"last", p.last, p.k, p.d),
		f64(prefix+"path", p.path), f64(prefix+"recent", p.recent), f64(prefix+"reseeds", p.reseeds),
		f32(prefix+"effective.student", p.now[Student], p.k, p.d), f32(prefix+"effective.teacher", p.now[Teacher], p.k, p.d),
	}
	if &p.teacher[0] != &p.value[0] {
		s = append(s, f32(prefix+"teacher", p.teacher, p.k, p.d))
	}
	return s
}
