package reports

import (
	"fmt"
	"math"
	"strconv"

	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
	reportfigure "protobench/reports/figure"
)

// size is how many prototypes an arm with final metrics has, of what dimension, learned on how many
// training images: as stored, or where nothing is stored as planned. A zero is unknown.
type size struct{ k, d, images int }

func (a *arm) size() size {
	if a.first != nil {
		return size{a.first.Vectors.Rows, a.first.Vectors.Cols, a.first.Images()}
	}
	if len(a.counted()) == 0 {
		return size{}
	}
	out := size{k: a.planned.Prototypes}
	out.d, _ = strconv.Atoi(a.settingOr("encoder.dim", "0")) // 0 for one that is no number: unknown
	for _, n := range a.planned.Images {
		out.images += n
	}
	return out
}

// firstPrototypes reads the prototypes of the first seed that has some; nil when none has.
func (a *arm) firstPrototypes() (*reportfigure.Stored, error) {
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
		p.Seed = r.cell().Seed
		return p, nil
	}
	return nil, nil
}

// readPrototypes reads the teacher's prototypes, else the student's.
func readPrototypes(f *tensorfile.File) (*reportfigure.Stored, error) {
	t, ok := f.Get("prototypes.teacher")
	if !ok {
		t, ok = f.Get("prototypes.student")
	}
	if !ok || len(t.Shape) != 2 || t.Len() == 0 {
		return nil, fmt.Errorf("no tensor prototypes.teacher or prototypes.student of shape [K,D]")
	}
	p := &reportfigure.Stored{Vectors: matrix.Of(t.Shape[0], t.Shape[1], t.Float32s())}
	var err error
	p.Counts, err = usageCounts(f, p.Vectors.Rows)
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
