package reports

import (
	"fmt"
	"math"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/metrics"
	"protobench/stats"
)

// randomBaseline is what random unit vectors of the arms' shape give: the geometry that
// no training at all would show.
type randomBaseline struct {
	k, d    int
	vectors metrics.Matrix
	metrics store.Metrics // geometry alone: nothing is assigned to random vectors
}

// randomBaselines returns one baseline per shape of prototypes found, in the plan's order.
func (s *sweep) randomBaselines() []randomBaseline {
	var out []randomBaseline
	seen := map[[2]int]bool{}
	for _, a := range s.trained() {
		if a.first == nil || seen[a.first.shape()] {
			continue
		}
		seen[a.first.shape()] = true
		out = append(out, newRandomBaseline(a.first.shown.Rows, a.first.shown.Cols))
	}
	return out
}

func newRandomBaseline(k, d int) randomBaseline {
	b := randomBaseline{k: k, d: d, vectors: metrics.RandomUnit(0, k, d), metrics: store.Metrics{}}
	eps := []float64{0.025, 0.05, 0.1, 0.25, 0.5}
	unique, centred := metrics.Covers(b.vectors, eps), metrics.CoversCentred(b.vectors, eps)
	for i, name := range epsilons() {
		b.metrics["unique@"+name] = float64(unique[i].Count())
		b.metrics["unique_centred@"+name] = float64(centred[i].Count())
	}
	b.metrics["prototype_mean_norm"], _ = metrics.MeanNorm(b.vectors)
	singular, _ := metrics.SingularValues(b.vectors)
	b.metrics["effective_rank.prototypes"], _ = metrics.EffectiveRank(singular)
	return b
}

func (b randomBaseline) label() string {
	return fmt.Sprintf("random unit vectors (K %d, D %d)", b.k, b.d)
}

// value is the baseline's entry in a measure's column.
func (b randomBaseline) value(m measure) Value {
	v := m.of(b.metrics, b.k)
	if math.IsNaN(v) {
		return Value{Text: undefined}
	}
	e := stats.Estimated([]float64{v})
	return Value{Text: m.text(e, 1), Estimate: &e}
}

// prototypes is what figures need of one run's prototypes.safetensors.
type prototypes struct {
	seed   uint64
	shown  metrics.Matrix // the teacher's, else the student's, effective prototypes [K,D]
	counts []int          // [K] training images per prototype; nil when not stored
}

func (p *prototypes) shape() [2]int { return [2]int{p.shown.Rows, p.shown.Cols} }

// images is the number of training images that the prototypes share.
func (p *prototypes) images() int {
	n := 0
	for _, c := range p.counts {
		n += c
	}
	return n
}

// firstPrototypes reads the prototypes of the first seed that has some; nil when none has.
func (a *arm) firstPrototypes() (*prototypes, error) {
	for _, r := range a.counted() {
		f, err := r.Dir.Prototypes()
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		p, err := readPrototypes(f)
		if err != nil {
			return nil, fmt.Errorf("%s/prototypes.safetensors: %w", r.Dir.Path(), err)
		}
		p.seed = r.cell().Seed
		return p, nil
	}
	return nil, nil
}

func readPrototypes(f *tensorfile.File) (*prototypes, error) {
	t, ok := f.Get("prototypes.teacher")
	if !ok {
		t, ok = f.Get("prototypes.student")
	}
	if !ok || len(t.Shape) != 2 || t.Len() == 0 {
		return nil, fmt.Errorf("no tensor prototypes.teacher or prototypes.student of shape [K,D]")
	}
	p := &prototypes{shown: metrics.MatrixOf(t.Shape[0], t.Shape[1], t.Float32s())}
	var err error
	p.counts, err = usageCounts(f, p.shown.Rows)
	return p, err
}

// usageCounts reads the k whole numbers of usage.counts; nil when they are not stored.
func usageCounts(f *tensorfile.File, k int) ([]int, error) {
	const name, most = "usage.counts", 1 << 52
	t, ok := f.Get(name)
	if !ok {
		return nil, nil
	}
	if t.Len() != k {
		return nil, fmt.Errorf("tensor %s has %d values for %d prototypes", name, t.Len(), k)
	}
	out := make([]int, k)
	for i, v := range t.Float64s() {
		if v != math.Trunc(v) || v < 0 || v > most {
			return nil, fmt.Errorf("tensor %s: value %g at %d is not a whole number from 0 to %d", name, v, i, most)
		}
		out[i] = int(v)
	}
	return out, nil
}
