package audit

import (
	"math"
	"runtime/debug"
	"slices"

	"protobench/audit/checkpoint"
	"protobench/audit/directions"
	"protobench/internal/team"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
)

// Counts are numbers of prototypes by cosine distance ε.
type Counts map[string]int

// Group is prototypes within ε of the first of them.
type Group struct {
	Representative int
	Members        []int // ascending, the representative among them
}

// Norms describe the lengths of the rows as they enter scores.
type Norms struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Mean   float64 `json:"mean"`
	Max    float64 `json:"max"`
}

// Measures are what the verdict rests on.
type Measures struct {
	K, D          int
	Epsilon       float64 // that groups and verdict are of
	Unique        Counts
	UniqueCentred Counts
	Groups        []Group // of two members and more, the largest first
	Grouped       int     // prototypes in them
	Copies        int     // prototypes at cosine 1.0000 to the first of their group
	MeanNorm      float64
	RowNorms      Norms
	NotFinite     int // rows
	Zero          int // rows
	Baseline      Baseline
	Nearest       *directions.Cosines // to the nearest other prototype; nil with fewer than two
	EffectiveRank *float64            // of the unit prototypes, 1 … min(K, D); nil where they have no spectrum
	Anisotropy    float64             // how far directions are from chance, in standard deviations
	Displacement  *float64            // mean cosine distance from the start, where that is known
	Usage         *Usage              // where features are known

	owner []int // [K], the first of each one's group
}

// copied is the cosine distance below which two prototypes are printed as cosine 1.0000.
const copied = 5e-5

// Measure measures prototypes at distances of which the first is the verdict's.
func Measure(p *checkpoint.Prototypes, eps []float64, threads *team.Team) Measures {
	m := measure(p, eps, threads)
	m.centre(p, eps, true, threads)
	return m
}

// measure measures all but what is unique once the mean is taken off.
func measure(p *checkpoint.Prototypes, eps []float64, threads *team.Team) Measures {
	m := Measures{K: p.Found.Rows, D: p.Found.Cols, Epsilon: eps[0], Unique: Counts{}, UniqueCentred: Counts{}}
	m.NotFinite, m.Zero = broken(p.Norms)
	covers := uniqueness.Covers(threads, p.Rows, eps)
	for i, e := range eps {
		m.Unique[uniqueness.EpsilonText(e)] = covers[i].Count()
	}
	m.owner = covers[0].Owner
	m.Groups = groupsOf(covers[0])
	for _, g := range m.Groups {
		m.Grouped += len(g.Members)
		m.Copies += copies(p, g)
	}
	m.MeanNorm, _ = geometry.MeanNorm(p.Rows)
	m.RowNorms = normsOf(p.Norms)
	m.Baseline = baselineOf(m.K, m.D, eps, threads)
	m.shape(p, threads)
	return m
}

// shape measures how the directions lie.
func (m *Measures) shape(p *checkpoint.Prototypes, threads *team.Team) {
	u := p.Rows.Normalised()
	m.Nearest = directions.Nearest(u, p.Norms, threads)
	if m.NotFinite == 0 {
		gram := directions.Gram(u)
		m.EffectiveRank, m.Anisotropy = directions.EffectiveRank(gram, m.K), directions.Anisotropy(gram, m.K)
	}
}

// centre counts what is unique once the mean is taken off. Without keep the rows are let go, since
// large prototypes and their centred copies do not fit into memory beside what the cover needs. Rows
// that lie at the mean have no direction left but coincide, so that they are one more.
func (m *Measures) centre(p *checkpoint.Prototypes, eps []float64, keep bool, threads *team.Team) {
	centred := uniqueness.Centred(p.Rows)
	atMean := 0
	for i, n := range p.Norms {
		row := centred.Row(i)
		if n > 0 && matrix.Finite(n) && matrix.Dot(row, row) == 0 {
			atMean = 1
		}
	}
	if !keep {
		p.Rows = matrix.Matrix{}
		debug.FreeOSMemory() // what the covers before took, too
	}
	for i, c := range uniqueness.Covers(threads, centred, eps) {
		m.UniqueCentred[uniqueness.EpsilonText(eps[i])] = c.Count() + atMean
	}
}

// groupsOf are the covers' groups of two and more, the largest first.
func groupsOf(c uniqueness.Cover) []Group {
	var all []Group
	for i, members := range c.Groups() {
		if len(members) > 1 {
			all = append(all, Group{c.Representatives[i], members})
		}
	}
	slices.SortStableFunc(all, func(a, b Group) int { return len(b.Members) - len(a.Members) })
	return all
}

// copies counts the members of a group that are the representative over again.
func copies(p *checkpoint.Prototypes, g Group) (n int) {
	first := p.Rows.Row(g.Representative)
	length := matrix.Dot(first, first)
	for _, i := range g.Members {
		row := p.Rows.Row(i)
		if i != g.Representative && 1-matrix.Dot(first, row)/math.Sqrt(length*matrix.Dot(row, row)) < copied {
			n++
		}
	}
	return n
}

// normsOf describes the finite ones.
func normsOf(norms []float64) Norms {
	finite := slices.DeleteFunc(slices.Clone(norms), func(x float64) bool { return !matrix.Finite(x) })
	s, _ := geometry.Summarise(finite)
	return Norms{s.Min, s.Median, s.Mean, s.Max}
}

// Largest is the size of the largest group; 1 where there is none.
func (m *Measures) Largest() int {
	if len(m.Groups) == 0 {
		return min(1, m.K)
	}
	return len(m.Groups[0].Members)
}

// shares are what is unique at the verdict's ε, as it stands and centred, of what random vectors
// have.
func (m *Measures) shares() (plain, centred float64) {
	of := math.Max(1, float64(m.at(m.Baseline.Unique)))
	return float64(m.unique()) / of, float64(m.at(m.UniqueCentred)) / of
}

// spread is the root mean square distance of the unit prototypes from their mean: √(1 − ‖mean‖²).
func (m *Measures) spread() float64 { return math.Sqrt(math.Max(0, 1-float64(m.MeanNorm*m.MeanNorm))) }

// broken counts the rows whose length is not finite, and those of length zero.
func broken(norms []float64) (notFinite, zero int) {
	for _, n := range norms {
		switch {
		case !matrix.Finite(n):
			notFinite++
		case n == 0:
			zero++
		}
	}
	return notFinite, zero
}
