package reports

import (
	"fmt"

	"protobench/internal/tensorfile"
	"protobench/metrics"
)

// randomBaseline is what random unit vectors of the arms' shape give: the geometry that
// no training at all would show.
type randomBaseline struct {
	k, d    int
	vectors metrics.Matrix
	unique  []float64 // % per epsilons()
}

// randomBaselines returns one baseline per shape of prototypes found, in the plan's order.
func (s *sweep) randomBaselines() ([]randomBaseline, error) {
	var out []randomBaseline
	seen := map[[2]int]bool{}
	for _, a := range s.trained() {
		p, err := a.firstPrototypes()
		if err != nil {
			return nil, err
		}
		if p == nil || seen[[2]int{p.shown.Rows, p.shown.Cols}] {
			continue
		}
		seen[[2]int{p.shown.Rows, p.shown.Cols}] = true
		out = append(out, newRandomBaseline(p.shown.Rows, p.shown.Cols))
	}
	return out, nil
}

func newRandomBaseline(k, d int) randomBaseline {
	b := randomBaseline{k: k, d: d, vectors: metrics.RandomUnit(0, k, d)}
	for _, c := range metrics.Covers(b.vectors, []float64{0.025, 0.05, 0.1, 0.25, 0.5}) {
		b.unique = append(b.unique, 100*float64(len(c.Representatives))/float64(k))
	}
	return b
}

func (b randomBaseline) label() string {
	return fmt.Sprintf("random unit vectors (K %d, D %d)", b.k, b.d)
}

func (b randomBaseline) row() []Value {
	row := []Value{{Text: b.label()}, {Text: "1"}}
	for _, u := range b.unique {
		row = append(row, Value{Text: fmt.Sprintf("%.1f", u)})
	}
	for range b.unique {
		row = append(row, Value{Text: undefined})
	}
	return row
}

// prototypes is what figures need of one run's prototypes.safetensors.
type prototypes struct {
	seed   uint64
	shown  metrics.Matrix // the teacher's, else the student's, effective prototypes [K,D]
	counts []int          // [K] training images per prototype; nil when not stored
	owner  []int          // [K] representative at ε = 0.025; nil when not stored
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
	if p.counts, err = indices(f, "usage.counts", p.shown.Rows, 0, 1<<52); err != nil {
		return nil, err
	}
	p.owner, err = indices(f, "usage.owner", p.shown.Rows, -1, p.shown.Rows-1)
	return p, err
}

// indices reads a tensor of k whole numbers in [least,most]; an owner of -1 marks a row
// that took no part.
func indices(f *tensorfile.File, name string, k, least, most int) ([]int, error) {
	t, ok := f.Get(name)
	if !ok {
		return nil, nil
	}
	if t.Len() != k {
		return nil, fmt.Errorf("tensor %s has %d values for %d prototypes", name, t.Len(), k)
	}
	out := make([]int, k)
	for i, v := range t.Float64s() {
		if v != float64(int(v)) || v < float64(least) || v > float64(most) {
			return nil, fmt.Errorf("tensor %s: value %g at %d is not a whole number from %d to %d", name, v, i, least, most)
		}
		out[i] = int(v)
	}
	return out, nil
}
