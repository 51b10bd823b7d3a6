package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
)

// prototypes is what figures need of one run's prototypes.safetensors.
type prototypes struct {
	seed   uint64
	shown  matrix.Matrix // the teacher's, else the student's, effective prototypes [K,D]
	counts []int         // [K] training images per prototype; nil when not stored
}

// size is how many prototypes an arm with final metrics has, of what dimension, learned on how many
// training images: as stored, or where nothing is stored as planned. A zero is unknown.
type size struct{ k, d, images int }

func (a *arm) size() size {
	if a.first != nil {
		return size{a.first.shown.Rows, a.first.shown.Cols, a.first.images()}
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

// unstored names the arms whose runs ended with prototypes and have none of what lacks looks for on
// disk; empty where there is no such arm.
func (s *sweep) unstored(lacks func(*arm) bool) string {
	return s.without("prototypes.safetensors", func(a *arm) bool { return a.planned.Prototypes > 0 && lacks(a) })
}

// unmeasured names the arms that ended and lack the epochs of some run on disk.
func (s *sweep) unmeasured(all ...curves) string {
	return s.without("epochs.jsonl", func(a *arm) bool {
		return slices.ContainsFunc(all, func(c curves) bool { return c.of(a, "").lacking })
	})
}

// without says which arms with final metrics lack a file.
func (s *sweep) without(file string, lacks func(*arm) bool) string {
	var labels []string
	for _, a := range s.trained() {
		if len(a.counted()) > 0 && lacks(a) {
			labels = append(labels, a.label)
		}
	}
	if len(labels) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is missing among the ended runs of %s", file, strings.Join(labels, ", "))
}

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
	p := &prototypes{shown: matrix.Of(t.Shape[0], t.Shape[1], t.Float32s())}
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
