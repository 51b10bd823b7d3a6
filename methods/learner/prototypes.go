package learner

import (
	"math"
	"math/rand/v2"

	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/part"
)

// Prototypes are the K vectors of one learner and the record of how they moved.
type Prototypes struct {
	K, D      int
	Head      int          // which of the objective's heads they belong to
	Whole     *Prototypes  // those of all heads, [H·K,D] head by head, of which these are a part; itself where there is one head
	Value     []float32    // [K,D] as they enter the student's graph
	Teacher   []float32    // [K,D] as the teacher has them; the same slice where there is no second copy
	Effective [2][]float32 // [K,D] effective: on the unit sphere, by part.Branch
	Initial   []float32    // effective at step 0
	last      []float32    // effective after the step before
	path      []float64    // mean over prototypes of the angles turned: so far, up to the epoch's start, and in the last whole epoch
	recent    []float64    // [K] running share of the assignments, as a multiple of 1/K
	reseeds   []float64    // one element: re-seeding events so far
	turned    []float64    // [K] room for angles

	show, follow func(lo, hi int) // tasks: effective and followed
}

// The elements of Prototypes.path.
const (
	pathTotal = iota
	pathMark
	pathDrift
)

// randomPrototypes draws unit vectors from the run's own stream, equal for all learners of a seed.
func randomPrototypes(seed uint64, k, d int) []float32 {
	return RandomDirections(stream.New(seed, "prototypes"), k, d)
}

// RandomDirections draws k unit vectors of d dimensions, [k,d].
func RandomDirections(r *rand.Rand, k, d int) []float32 {
	c := make([]float32, k*d)
	for i := range c {
		c[i] = float32(r.NormFloat64())
	}
	kernel.NormalizeRows(c, c, k, d, nil)
	return c
}

// NewPrototypes starts at unit vectors start [K,D]. separateTeacher gives the teacher a second
// copy, for learners that follow a gradient.
func NewPrototypes(start []float32, k, d int, separateTeacher bool) *Prototypes {
	p := &Prototypes{K: k, D: d, path: make([]float64, 3), reseeds: make([]float64, 1), recent: make([]float64, k), turned: make([]float64, k)}
	p.show, p.follow = p.effective, p.followed
	p.Value = make([]float32, k*d)
	p.Teacher = p.Value
	if separateTeacher {
		p.Teacher = make([]float32, k*d)
	}
	p.Effective[part.Student], p.Effective[part.Teacher] = make([]float32, k*d), make([]float32, k*d)
	p.Initial, p.last = make([]float32, k*d), make([]float32, k*d)
	p.Whole = p
	p.start(start)
	return p
}

// start puts the prototypes at unit vectors c and forgets all movement.
func (p *Prototypes) start(c []float32) {
	copy(p.Value, c)
	p.Publish(nil)
	copy(p.Initial, p.Effective[part.Student])
	copy(p.last, p.Effective[part.Student])
	clear(p.path)
	for i := range p.recent {
		p.recent[i] = 1
	}
}

// shared reports whether student and teacher have the same prototypes.
func (p *Prototypes) shared() bool { return p.K == 0 || &p.Teacher[0] == &p.Value[0] }

// Publish shows changed values to both branches, as learners do that keep no second copy for the
// teacher.
func (p *Prototypes) Publish(team *team.Team) {
	if !p.shared() {
		copy(p.Teacher, p.Value)
	}
	team.Chunks(p.K, kernel.RowChunk(p.D), p.show)
}

// replaced shows a changed value of one prototype to both branches.
func (p *Prototypes) replaced(k int) {
	copy(p.Teacher[k*p.D:][:p.D], p.Value[k*p.D:][:p.D])
	p.effective(k, k+1)
}

// effective refreshes the effective prototypes lo … hi-1.
func (p *Prototypes) effective(lo, hi int) {
	at, n := lo*p.D, (hi-lo)*p.D
	kernel.NormalizeRows(p.Effective[part.Student][at:at+n], p.Value[at:at+n], hi-lo, p.D, nil)
	if p.shared() {
		copy(p.Effective[part.Teacher][at:at+n], p.Effective[part.Student][at:at+n])
		return
	}
	kernel.NormalizeRows(p.Effective[part.Teacher][at:at+n], p.Teacher[at:at+n], hi-lo, p.D, nil)
}

// Moved refreshes the effective prototypes and adds the angles turned since the last call to the
// path.
func (p *Prototypes) Moved(team *team.Team) {
	team.Chunks(p.K, kernel.RowChunk(p.D), p.follow)
	var sum float64
	for _, a := range p.turned {
		sum += a
	}
	p.path[pathTotal] += sum / float64(p.K)
}

// followed refreshes the effective prototypes lo … hi-1 and takes their angles.
func (p *Prototypes) followed(lo, hi int) {
	p.effective(lo, hi)
	for k := lo; k < hi; k++ {
		p.turned[k] = angle(p.Effective[part.Student][k*p.D:][:p.D], p.last[k*p.D:][:p.D])
	}
	copy(p.last[lo*p.D:hi*p.D], p.Effective[part.Student][lo*p.D:hi*p.D])
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

// EndStep closes a step's record: at an epoch's last step the drift is that epoch's part of the
// path.
func (p *Prototypes) EndStep(s *Step) {
	if s.PerEpoch > 0 && (s.Index+1)%s.PerEpoch == 0 {
		p.path[pathDrift] = p.path[pathTotal] - p.path[pathMark]
		p.path[pathMark] = p.path[pathTotal]
	}
	s.Found.Values["drift"], s.Found.Values["path"] = p.path[pathDrift], p.path[pathTotal]
}

// Path is the mean over the prototypes of the angles turned so far, in radians.
func (p *Prototypes) Path() float64 { return p.path[pathTotal] }

// Drift is the part of the path of the last whole epoch, in radians.
func (p *Prototypes) Drift() float64 { return p.path[pathDrift] }

// Reseeds is the number of re-seeding events so far.
func (p *Prototypes) Reseeds() int { return int(p.reseeds[0]) }

// State implements [part.Stateful].
func (p *Prototypes) State(prefix string) []part.Named {
	if p.K == 0 {
		return nil
	}
	s := []part.Named{
		part.F32Of(prefix+"value", p.Value, p.K, p.D), part.F32Of(prefix+"initial", p.Initial, p.K, p.D), part.F32Of(prefix+"last", p.last, p.K, p.D),
		part.F64Of(prefix+"path", p.path), part.F64Of(prefix+"recent", p.recent), part.F64Of(prefix+"reseeds", p.reseeds),
		part.F32Of(prefix+"effective.student", p.Effective[part.Student], p.K, p.D), part.F32Of(prefix+"effective.teacher", p.Effective[part.Teacher], p.K, p.D),
	}
	if !p.shared() {
		s = append(s, part.F32Of(prefix+"teacher", p.Teacher, p.K, p.D))
	}
	return s
}
