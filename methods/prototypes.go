package methods

import (
	"math"
	"math/rand/v2"

	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/part"
)

// prototypes are the K vectors of one learner and the record of how they moved.
type prototypes struct {
	k, d    int
	head    int          // which of the objective's heads they belong to
	whole   *prototypes  // those of all heads, [H·K,D] head by head, of which these are a part; itself where there is one head
	value   []float32    // [K,D] as they enter the student's graph
	teacher []float32    // [K,D] as the teacher has them; the same slice where there is no second copy
	now     [2][]float32 // [K,D] effective: on the unit sphere, by part.Branch
	initial []float32    // effective at step 0
	last    []float32    // effective after the step before
	path    []float64    // mean over prototypes of the angles turned: so far, up to the epoch's start, and in the last whole epoch
	recent  []float64    // [K] running share of the assignments, as a multiple of 1/K
	reseeds []float64    // one element: re-seeding events so far
	turned  []float64    // [K] room for angles

	show, follow func(lo, hi int) // tasks: effective and followed
}

// The elements of prototypes.path.
const (
	pathTotal = iota
	pathMark
	pathDrift
)

// randomPrototypes draws unit vectors from the run's own stream, equal for all learners of a seed.
func randomPrototypes(seed uint64, k, d int) []float32 {
	return randomDirections(stream.New(seed, "prototypes"), k, d)
}

func randomDirections(r *rand.Rand, k, d int) []float32 {
	c := make([]float32, k*d)
	for i := range c {
		c[i] = float32(r.NormFloat64())
	}
	kernel.NormalizeRows(c, c, k, d, nil)
	return c
}

func newPrototypes(start []float32, k, d int, separateTeacher bool) *prototypes {
	p := &prototypes{k: k, d: d, path: make([]float64, 3), reseeds: make([]float64, 1), recent: make([]float64, k), turned: make([]float64, k)}
	p.show, p.follow = p.effective, p.followed
	p.value = make([]float32, k*d)
	p.teacher = p.value
	if separateTeacher {
		p.teacher = make([]float32, k*d)
	}
	p.now[part.Student], p.now[part.Teacher] = make([]float32, k*d), make([]float32, k*d)
	p.initial, p.last = make([]float32, k*d), make([]float32, k*d)
	p.whole = p
	p.start(start)
	return p
}

// start puts the prototypes at unit vectors c and forgets all movement.
func (p *prototypes) start(c []float32) {
	copy(p.value, c)
	p.publish(nil)
	copy(p.initial, p.now[part.Student])
	copy(p.last, p.now[part.Student])
	clear(p.path)
	for i := range p.recent {
		p.recent[i] = 1
	}
}

// shared reports whether student and teacher have the same prototypes.
func (p *prototypes) shared() bool { return &p.teacher[0] == &p.value[0] }

// publish shows changed values to both branches, as learners do that keep no second copy for the teacher.
func (p *prototypes) publish(team *team.Team) {
	if !p.shared() {
		copy(p.teacher, p.value)
	}
	team.Chunks(p.k, kernel.RowChunk(p.d), p.show)
}

// replaced shows a changed value of one prototype to both branches.
func (p *prototypes) replaced(k int) {
	copy(p.teacher[k*p.d:][:p.d], p.value[k*p.d:][:p.d])
	p.effective(k, k+1)
}

// effective refreshes the effective prototypes lo … hi-1.
func (p *prototypes) effective(lo, hi int) {
	at, n := lo*p.d, (hi-lo)*p.d
	kernel.NormalizeRows(p.now[part.Student][at:at+n], p.value[at:at+n], hi-lo, p.d, nil)
	if p.shared() {
		copy(p.now[part.Teacher][at:at+n], p.now[part.Student][at:at+n])
		return
	}
	kernel.NormalizeRows(p.now[part.Teacher][at:at+n], p.teacher[at:at+n], hi-lo, p.d, nil)
}

// moved refreshes the effective prototypes and adds the angles turned since the last call to the path.
func (p *prototypes) moved(team *team.Team) {
	team.Chunks(p.k, kernel.RowChunk(p.d), p.follow)
	var sum float64
	for _, a := range p.turned {
		sum += a
	}
	p.path[pathTotal] += sum / float64(p.k)
}

// followed refreshes the effective prototypes lo … hi-1 and takes their angles.
func (p *prototypes) followed(lo, hi int) {
	p.effective(lo, hi)
	for k := lo; k < hi; k++ {
		p.turned[k] = angle(p.now[part.Student][k*p.d:][:p.d], p.last[k*p.d:][:p.d])
	}
	copy(p.last[lo*p.d:hi*p.d], p.now[part.Student][lo*p.d:hi*p.d])
}

// angle between unit vectors: exact for small ones, unlike the arc cosine.
func angle(a, b []float32) float64 {
	var s float64
	for j, v := range a {
		e := float64(v) - float64(b[j])
		s += float64(e * e)
	}
	return 2 * math.Asin(min(1, math.Sqrt(s)/2))
}

// endStep closes a step's record: at an epoch's last step the drift is that epoch's part of the path.
func (p *prototypes) endStep(s *stepInput) {
	if s.perEpoch > 0 && (s.step+1)%s.perEpoch == 0 {
		p.path[pathDrift] = p.path[pathTotal] - p.path[pathMark]
		p.path[pathMark] = p.path[pathTotal]
	}
	s.found.Values["drift"], s.found.Values["path"] = p.path[pathDrift], p.path[pathTotal]
}

func (p *prototypes) State(prefix string) []part.Named {
	s := []part.Named{
		part.F32Of(prefix+"value", p.value, p.k, p.d), part.F32Of(prefix+"initial", p.initial, p.k, p.d), part.F32Of(prefix+"last", p.last, p.k, p.d),
		part.F64Of(prefix+"path", p.path), part.F64Of(prefix+"recent", p.recent), part.F64Of(prefix+"reseeds", p.reseeds),
		part.F32Of(prefix+"effective.student", p.now[part.Student], p.k, p.d), part.F32Of(prefix+"effective.teacher", p.now[part.Teacher], p.k, p.d),
	}
	if !p.shared() {
		s = append(s, part.F32Of(prefix+"teacher", p.teacher, p.k, p.d))
	}
	return s
}
