package audit

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/audit/checkpoint"
	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
	"protobench/metrics/training"
)

// written is a safetensors file of matrices, the names and matrices in turn.
func written(t *testing.T, name string, tensors ...any) string {
	t.Helper()
	f := &tensorfile.File{}
	for i := 0; i < len(tensors); i += 2 {
		m := tensors[i+1].(matrix.Matrix)
		f.Tensors = append(f.Tensors, tensorfile.Tensor{Name: tensors[i].(string), Shape: []int{m.Rows, m.Cols}, F32: m.Data})
	}
	path := filepath.Join(t.TempDir(), name)
	if err := tensorfile.WriteSafetensors(path, f); err != nil {
		t.Fatal(err)
	}
	return path
}

// one audits a file that has one set of prototypes.
func one(t *testing.T, path string, o Options) Result {
	t.Helper()
	r, err := New(o).File(path)
	if err != nil || len(r) != 1 {
		t.Fatal(len(r), err)
	}
	return r[0]
}

// axes are k unit vectors along the axes of k dimensions.
func axes(k int) matrix.Matrix {
	m := matrix.New(k, k)
	for i := range k {
		m.Row(i)[i] = 1
	}
	return m
}

// TestUsage assigns images as each rule of scores does. Images have 2 at axis i and 1 at axis 0.
func TestUsage(t *testing.T) {
	const k = 16
	p := axes(k)
	images := matrix.New(3*k, k)
	for i := range images.Rows {
		images.Row(i)[i%k] = 2
		images.Row(i)[0]++
	}
	long := matrix.Of(k, k, slices.Clone(p.Data))
	long.Row(0)[0] = 3
	ones := matrix.New(k, 1)
	for i := range ones.Data {
		ones.Data[i] = 1
	}
	offset := matrix.New(1, k)
	offset.Row(0)[0] = -2
	each, all := make([]int, k), make([]int, k)
	for i := range each {
		each[i] = 3
	}
	all[0] = 3 * k
	for name, c := range map[string]struct {
		tensors []any
		x       Features
		want    []int
		rule    string
	}{
		"cosines":              {[]any{"prototypes.weight", long}, Features{}, each, "cosines"},
		"weight norm":          {[]any{"last_layer.weight_v", long, "last_layer.weight_g", ones}, Features{Linear: true}, each, "inner products"},
		"inner products":       {[]any{"prototypes.weight", long}, Features{Linear: true}, all, "inner products"},
		"bias":                 {[]any{"prototypes.weight", p, "prototypes.bias", matrix.Of(1, k, neg(offset.Data))}, Features{}, all, "inner products and bias"},
		"center":               {[]any{"teacher.prototypes.weight", p, "loss.center", offset}, Features{}, all, "cosines less loss.center"},
		"center of no student": {[]any{"student.prototypes.weight", p, "loss.center", offset}, Features{}, each, "cosines"},
		"center named":         {[]any{"student.prototypes.weight", p, "c", offset}, Features{Center: "c"}, all, "cosines less c"},
		"no center":            {[]any{"prototypes.weight", p, "loss.center", offset}, Features{Center: "none"}, each, "cosines"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			o.Features = &c.x
			c.x.Path = written(t, "features.safetensors", "x", images, "backbone", matrix.New(3*k, 5))
			u := one(t, written(t, "p.safetensors", c.tensors...), o).Usage
			if d := cmp.Diff(c.want, u.PerPrototype); d != "" || u.Rule != c.rule {
				t.Error(u.Rule, d)
			}
			used := 0
			for _, n := range c.want {
				used += min(n, 1)
			}
			if u.Used != used || u.Images != 3*k || u.LiveUnique["0.025"] != used || math.Abs(u.Top-float64(slices.Max(c.want))/(3*k)) > 1e-12 || u.Entropy != nil {
				t.Errorf("%+v", u)
			}
		})
	}
}

func neg(x []float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = -v
	}
	return out
}

// TestUsageInBlocks counts alike however many images are scored at once.
func TestUsageInBlocks(t *testing.T) {
	p, images := matrix.RandomUnit(1, 30, 8), matrix.RandomUnit(2, 100, 8)
	o := options()
	o.Features = &Features{Path: written(t, "features.safetensors", "x", images), Temperature: 0.1}
	u := one(t, written(t, "p.safetensors", "prototypes", p), o).Usage
	f, err := checkpoint.Open(o.Features.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, block := range []int{1, 7, 99, 100, 101} {
		counts, entropy, err := scorer{prototypes: p, normalise: true, temperature: 0.1}.assign(&f.Arrays[0], block, nil)
		if d := cmp.Diff(u.PerPrototype, counts); err != nil || d != "" || entropy != *u.Entropy {
			t.Errorf("%d at a time: %v, entropy %g not %g, %s", block, err, entropy, *u.Entropy, d)
		}
	}
	counts, entropy := make([]int, p.Rows), 0.0
	for i := range images.Rows {
		best, top, sum := 0, math.Inf(-1), 0.0
		scores := make([]float64, p.Rows)
		for k := range p.Rows {
			scores[k] = matrix.Dot(images.Row(i), p.Row(k))
			if scores[k] > top {
				best, top = k, scores[k]
			}
		}
		counts[best]++
		for _, s := range scores {
			sum += math.Exp((s - top) / 0.1)
		}
		for _, s := range scores {
			q := math.Exp((s-top)/0.1) / sum
			entropy -= q * math.Log(q) / float64(images.Rows)
		}
	}
	if d := cmp.Diff(counts, u.PerPrototype); d != "" {
		t.Error(d)
	}
	if !(math.Abs(*u.Entropy-entropy) < 1e-4) {
		t.Errorf("entropy %g, want %g", *u.Entropy, entropy)
	}
}

func TestUsageRefuses(t *testing.T) {
	p := written(t, "p.safetensors", "prototypes", axes(8), "c", matrix.New(1, 3))
	x := written(t, "x.safetensors", "x", matrix.New(2, 8), "y", matrix.New(2, 8), "z", matrix.New(2, 5))
	for want, f := range map[string]Features{
		"2 arrays [N, 8]":          {Path: x},
		`no array "w"`:             {Path: x, Key: "w"},
		"has shape [2 5]":          {Path: x, Key: "z"},
		"no such file":             {Path: "none.npy"},
		"no tensor \"d\"":          {Path: x, Key: "x", Center: "d"},
		"has shape [1 3] where":    {Path: x, Key: "x", Center: "c"},
		"no array [N, 8] of embed": {Path: written(t, "z.safetensors", "z", matrix.New(2, 5))},
	} {
		o := options()
		o.Features = &f
		if _, err := New(o).File(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestSeries follows prototypes that collapse from the third of four checkpoints on.
func TestSeries(t *testing.T) {
	start := matrix.RandomUnit(1, 64, 32)
	moved := func(by float64) matrix.Matrix {
		m := matrix.Of(64, 32, slices.Clone(start.Data))
		other := matrix.RandomUnit(2, 64, 32)
		for i := range m.Data {
			m.Data[i] += float32(by * float64(other.Data[i]))
		}
		return m
	}
	collapsed := made{moved(0)}.grouped(64, 4, 0.01).Matrix
	var paths []string
	for name, m := range map[string]matrix.Matrix{"e0.safetensors": start, "e9.safetensors": moved(1), "e10.safetensors": collapsed, "e20.safetensors": collapsed} {
		paths = append(paths, written(t, name, "prototypes", m))
	}
	o := options()
	o.Series = true
	a := New(o)
	var kinds []Kind
	for _, path := range checkpoint.Ordered(paths) {
		r, err := a.File(path)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, r[0].Kind)
	}
	if d := cmp.Diff([]Kind{Healthy, Healthy, Partial, Partial}, kinds); d != "" {
		t.Error(d)
	}
	all := a.Series()
	if len(all) != 1 || len(all[0].Points) != 4 || all[0].Begins != "step 10" {
		t.Fatalf("%+v", all)
	}
	p := all[0].Points
	want, _ := training.Displacement(start, moved(1))
	if p[0].Displacement != nil || p[0].Drift != nil || *p[1].Displacement != want || *p[1].Drift != want || *p[3].Drift > 1e-9 || *p[3].Displacement == 0 {
		t.Errorf("%+v", p)
	}
	if p[2].Unique != 4 || p[2].UniqueCentred != 4 || filepath.Base(p[2].File) != "e10.safetensors" {
		t.Errorf("%+v", p[2])
	}
}

// TestInit tells prototypes that never moved, whatever else they are; a start of another shape is
// none.
func TestInit(t *testing.T) {
	p := matrix.RandomUnit(1, 64, 32)
	path := written(t, "p.safetensors", "prototypes", p)
	o := options()
	o.Init = written(t, "start.safetensors", "model.prototypes", p)
	if r := one(t, path, o); r.Kind != Untrained {
		t.Error(r.sentence())
	}
	o.Init = written(t, "start.safetensors", "prototypes", matrix.RandomUnit(2, 64, 32))
	if r := one(t, path, o); r.Kind != Healthy || *r.Displacement < 0.5 {
		t.Error(r.sentence())
	}
	o.Init = written(t, "start.safetensors", "prototypes", matrix.RandomUnit(2, 65, 32))
	if _, err := New(o).File(path); err == nil || !strings.Contains(err.Error(), "no prototypes [64, 32]") {
		t.Error(err)
	}
	own := written(t, "own.safetensors", "prototypes.student", p, "prototypes.teacher", p, "prototypes.initial", p)
	r, err := New(options()).File(own)
	if err != nil || len(r) != 2 || r[0].Kind != Untrained {
		t.Error(r, err)
	}
}

// TestOwnFiles takes start and usage from this program's files, each learner's own.
func TestOwnFiles(t *testing.T) {
	p, q := matrix.RandomUnit(1, 64, 32), matrix.RandomUnit(2, 64, 32)
	counts := matrix.New(1, 64)
	counts.Data[3], counts.Data[5] = 500, 100
	path := written(t, "own.safetensors", "prototypes.student", p, "prototypes.teacher", p, "prototypes.initial", q, "usage.counts", counts,
		"observers.joint.prototypes.student", p, "observers.joint.prototypes.teacher", p, "observers.joint.prototypes.initial", p)
	r, err := New(options()).File(path)
	if err != nil || len(r) != 4 {
		t.Fatal(r, err)
	}
	if u := r[1].Usage; u == nil || u.Used != 2 || u.Images != 600 || u.LiveUnique["0.025"] != 2 || r[1].Kind != Dead || *r[1].Displacement < 0.5 {
		t.Errorf("%+v %s", u, r[1].sentence())
	}
	if r[3].Usage != nil || r[3].Kind != Untrained || r[3].Key != "observers.joint.prototypes.teacher" {
		t.Error(r[3].sentence())
	}
}
