package features

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/internal/tensorfile"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/probe"
	"protobench/metrics/spectrum"
)

// classed are features [n,d] of classes 0 … classes-1 in turn, apart by a distance.
func classed(seed uint64, n, d, classes int, apart float64) *Labelled {
	rng, centres := stream.New(seed, "classed"), matrix.RandomUnit(99, classes, d)
	l := &Labelled{File: "f", Key: "x", X: matrix.New(n, d), Y: make([]int, n)}
	for i := range n {
		l.Y[i] = i % classes
		for j := range d {
			l.X.Row(i)[j] = float32(rng.NormFloat64() + float64(apart*float64(centres.Row(i % classes)[j])))
		}
	}
	return l
}

// arrays writes an .npz of features [rows,2] and labels by name: an int is a number of rows, a list
// is labels.
func arrays(t *testing.T, name string, of ...any) string {
	t.Helper()
	var list []tensorfile.Tensor
	for i := 0; i < len(of); i += 2 {
		x := tensorfile.Tensor{Name: of[i].(string)}
		switch v := of[i+1].(type) {
		case int:
			x.Shape, x.F32 = []int{v, 2}, make([]float32, 2*v)
			for j := range x.F32 {
				x.F32[j] = float32(j + v)
			}
		case []int64:
			x.Shape, x.I64 = []int{len(v)}, v
		case tensorfile.Tensor:
			name := x.Name
			x = v
			x.Name = name
		}
		list = append(list, x)
	}
	path := filepath.Join(t.TempDir(), name)
	var err error
	switch filepath.Ext(name) {
	case ".npz":
		err = tensorfile.WriteNPZ(path, list)
	case ".npy":
		err = tensorfile.WriteNPY(path, list[0])
	default:
		err = tensorfile.WriteSafetensors(path, &tensorfile.File{Tensors: list})
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRead finds features and labels by what they are called, in every format.
func TestRead(t *testing.T) {
	three, two := []int64{4, -1, 7}, []int64{7, 4}
	type set struct {
		key  string
		rows int
		y    []int
	}
	first, second := set{"x_train", 3, []int{4, -1, 7}}, set{"x_test", 2, []int{7, 4}}
	named := func(s set, key string) set { s.key = key; return s }
	for name, c := range map[string]struct {
		from        Source
		train, test set
	}{
		"both splits":      {Source{Path: arrays(t, "f.npz", "x_train", 3, "y_train", three, "x_test", 2, "y_test", two)}, first, second},
		"beside others":    {Source{Path: arrays(t, "f.npz", "z_train", 3, "x_train", 3, "y_train", three, "z_test", 2, "x_test", 2, "y_test", two)}, first, second},
		"a role":           {Source{Path: arrays(t, "f.npz", "z_train", 3, "x_train", 3, "y_train", three, "z_test", 2, "x_test", 2, "y_test", two), Key: "z"}, named(first, "z_train"), named(second, "z_test")},
		"probe":            {Source{Path: arrays(t, "f.npz", "x_train", 5, "y_train", []int64{0, 0, 0, 0, 0}, "x_probe", 3, "y_probe", three, "x_test", 2, "y_test", two)}, named(first, "x_probe"), second},
		"safetensors":      {Source{Path: arrays(t, "f.safetensors", "train.features", 3, "train.labels", three, "val.features", 2, "val.labels", two)}, named(first, "train.features"), named(second, "val.features")},
		"one set":          {Source{Path: arrays(t, "f.npz", "feats", 3, "targets", three)}, named(first, "feats"), set{}},
		"one odd name":     {Source{Path: arrays(t, "f.npz", "cls", 3, "labels", three)}, named(first, "cls"), set{}},
		"a name":           {Source{Path: arrays(t, "f.npz", "layer 3", 3, "layer4", 3, "labels", three), Key: "layer4"}, named(first, "layer4"), set{}},
		"npy":              {Source{Path: arrays(t, "f.npy", "", 3), Labels: arrays(t, "y.npy", "", three)}, named(first, ""), set{}},
		"labels elsewhere": {Source{Path: arrays(t, "f.npz", "x", 3), Labels: arrays(t, "y.npz", "y", three, "fine", 3)}, named(first, "x"), set{}},
		"columns, floats":  {Source{Path: arrays(t, "f.npz", "x", 3, "y", tensorfile.Tensor{Shape: []int{3, 1}, F64: []float64{4, -1, 7}})}, named(first, "x"), set{}},
	} {
		train, test, err := Read(c.from)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range []set{c.train, c.test} {
			got := set{}
			if l := []*Labelled{train, test}[i]; l != nil {
				got = set{l.Key, l.X.Rows, l.Y}
				if l.X.Row(0)[0] != float32(l.X.Rows) {
					t.Errorf("%s: other numbers", name)
				}
			}
			if d := cmp.Diff(want, got, cmp.AllowUnexported(set{})); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	three := []int64{0, 1, 0}
	text := filepath.Join(t.TempDir(), "f.txt")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	nan := tensorfile.Tensor{Shape: []int{2, 1}, F32: []float32{1, float32(math.NaN())}}
	for want, from := range map[string]Source{
		"no features: one array [N, D] is expected":         {Path: arrays(t, "f.npz", "a", 3, "b", 3)},
		`no array [N, D] that is called "z"`:                {Path: arrays(t, "f.npz", "x", 3, "y", three), Key: "z"},
		"no labels for tensor x [3 2]":                      {Path: arrays(t, "f.npz", "x", 3)},
		"--labels":                                          {Path: arrays(t, "f.npy", "", 3)},
		"y_train has 2 labels, tensor x_train 3 rows":       {Path: arrays(t, "f.npz", "x_train", 3, "y_train", []int64{0, 1})},
		"no labels for tensor x_test":                       {Path: arrays(t, "f.npz", "x_train", 3, "y_train", three, "x_test", 2)},
		"label -2 of row 1":                                 {Path: arrays(t, "f.npz", "x", 3, "y", []int64{0, -2, 1})},
		"label 0.5 of row 0":                                {Path: arrays(t, "f.npz", "x", 3, "y", tensorfile.Tensor{Shape: []int{3}, F32: []float32{0.5, 1, 1}})},
		"row 1 of tensor x holds NaN or Inf":                {Path: arrays(t, "f.npz", "x", nan, "y", []int64{0, 1})},
		"neither a ZIP archive nor a pickle":                {Path: text},
		"no such file":                                      {Path: arrays(t, "f.npz", "x", 3), Labels: "none.npy"},
		"label 3e+07 of row 2":                              {Path: arrays(t, "f.npz", "x", 3, "y", []int64{0, 1, 30_000_000})},
		"an array [N] of whole numbers called y, labels or": {Path: arrays(t, "f.npz", "x", 3, "y", tensorfile.Tensor{Shape: []int{3, 2}, F32: make([]float32, 6)})},
	} {
		if _, _, err := Read(from); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestSplit takes a part of every class, the same one for a seed, and no unlabelled image.
func TestSplit(t *testing.T) {
	l := classed(1, 300, 3, 4, 1)
	for i := 100; i < 150; i++ {
		l.Y[i] = Unlabelled
	}
	l.Y[0], l.Y[1] = 9, 9 // a class of two
	train, test := l.Split(0.2, 3)
	if train.X.Rows+test.X.Rows != 300 || slices.Contains(test.Y, Unlabelled) {
		t.Error(train.X.Rows, test.X.Rows)
	}
	count := func(l *Labelled) map[int]int {
		n := map[int]int{}
		for _, y := range l.Y {
			n[y]++
		}
		return n
	}
	all, held := count(l), count(test)
	for y, n := range all {
		want := int(0.2*float64(n) + 0.5)
		if y == 9 {
			want = 1
		}
		if y != Unlabelled && held[y] != want {
			t.Errorf("class %d: %d of %d", y, held[y], n)
		}
	}
	_, again := l.Split(0.2, 3)
	_, other := l.Split(0.2, 4)
	if !cmp.Equal(test.X.Data, again.X.Data) || cmp.Equal(test.X.Data, other.X.Data) {
		t.Error("the split is not that of its seed")
	}
	if !slices.ContainsFunc(train.Y, func(y int) bool { return y == Unlabelled }) {
		t.Error("unlabelled images are gone")
	}
}

// TestBootstrap: the interval of a mean is that of its standard error, and of a constant nothing.
func TestBootstrap(t *testing.T) {
	const n = 400
	half, one := make([]float64, n), make([]float64, n)
	for i := range n {
		half[i], one[i] = oneIf(i%4 == 0), 1
	}
	three := team.New(3)
	defer three.Close()
	got := bootstrap([][]float64{half, one}, 1, nil)
	if d := cmp.Diff(got, bootstrap([][]float64{half, one}, 1, three)); d != "" {
		t.Error("threads change numbers", d)
	}
	se := math.Sqrt(0.25 * 0.75 / n)
	for i, z := range []float64{-1.96, 1.96} {
		if want := 0.25 + z*se; math.Abs(got[0][i]-want) > 0.2*se {
			t.Errorf("bound %g, want about %g", got[0][i], want)
		}
	}
	if got[1] != (Interval{1, 1}) {
		t.Error(got[1])
	}
}

// TestProbe: accuracies are those of package metrics on the labelled images alone, whatever numbers
// the classes have.
func TestProbe(t *testing.T) {
	train, test := classed(1, 240, 6, 4, 4), classed(2, 120, 6, 4, 4)
	want := probe.Linear(nil, train.X, train.Y, test.X, test.Y, probe.LinearOptions{Classes: 4, Seed: 5})
	knn := probe.KNNGrid(nil, train.X, train.Y, test.X, test.Y, probe.KNNGridOptions{Classes: 4})
	few := probe.FewShot(nil, train.X, train.Y, test.X, test.Y, probe.FewShotOptions{Classes: 4, Shots: 5, Seed: 5})
	with := func(l *Labelled, n int) *Labelled { // unlabelled rows in front, classes 10, 20, …
		out := &Labelled{File: l.File, Key: l.Key, X: matrix.Of(n+l.X.Rows, l.X.Cols, append(make([]float32, n*l.X.Cols), l.X.Data...))}
		for range n {
			out.Y = append(out.Y, Unlabelled)
		}
		for _, y := range l.Y {
			out.Y = append(out.Y, 10*y+10)
		}
		return out
	}
	r, err := Probe(t.Context(), with(train, 30), with(test, 7), Options{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Sized{{"f", "x", 240, 30}, {"f", "x", 120, 7}}, []Sized{r.Train, r.Test}); d != "" {
		t.Error(d)
	}
	if r.Classes != 4 || r.Dimensions != 6 || r.Largest != 0.25 || len(r.KNN) != len(knn.Cells) || r.Representation.Images != 270 {
		t.Errorf("%+v", r)
	}
	near := func(name string, got Accuracy, want float64) {
		if math.Abs(got.Value-want) > 1e-12 || !(got.Interval[0] < got.Value && got.Value < got.Interval[1]) {
			t.Errorf("%s: %+v, want %g", name, got, want)
		}
	}
	near("linear", r.Linear.Accuracy, want.Accuracy)
	near("5 a class", r.FewShot[1].Accuracy, few.Accuracy)
	c, _ := knn.Cell(20, 0.07)
	at := slices.IndexFunc(r.KNN, func(k KNN) bool { return k.K == 20 && k.Tau == 0.07 })
	near("k-NN", r.KNN[at].Top1, c.Top1)
	if r.KNN[at].Top5.Value != 1 || r.SGD.Rate == nil || math.Abs(r.SGD.Value-want.Accuracy) > 0.1 {
		t.Errorf("%+v %+v", r.KNN[at], r.SGD)
	}
}

// TestProbeRefuses says which file leaves nothing to probe; what can be probed in part is, with a
// warning.
func TestProbeRefuses(t *testing.T) {
	good := classed(1, 40, 3, 2, 1)
	for want, c := range map[string][2]*Labelled{
		"no image with a label":  {good, {File: "f", Key: "x", X: good.X, Y: slices.Repeat([]int{Unlabelled}, 40)}},
		"one class alone":        {classed(1, 40, 3, 1, 1), classed(2, 40, 3, 1, 1)},
		"f has 3 dimensions":     {good, classed(1, 40, 4, 2, 1)},
		"no image with a label ": {{File: "f", X: matrix.Of(0, 3, nil)}, good},
	} {
		if _, err := Probe(t.Context(), c[0], c[1], Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	r, err := Probe(t.Context(), good, classed(2, 40, 3, 4, 1), Options{})
	if err != nil || !slices.ContainsFunc(r.Warnings, func(s string) bool {
		return strings.HasPrefix(s, "20 test images of classes that no training image has")
	}) {
		t.Error(r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Probe(ctx, good, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestRepresentation: what is computed by the Gram matrix is what package metrics computes of the
// features themselves, and isotropic features are near what stands beside them.
func TestRepresentation(t *testing.T) {
	x := classed(1, 500, 40, 3, 6).X
	got := representationOf(x, nil)
	singular, _ := spectrum.SingularValues(x)
	covariance, _ := spectrum.CovarianceEigenvalues(x)
	rankMe, _ := spectrum.RankMe(slices.Clone(singular), spectrum.RankMeEpsilon)
	effective, _ := spectrum.EffectiveRank(singular)
	participation, _ := spectrum.ParticipationRatio(slices.Clone(covariance))
	alpha, _ := spectrum.AlphaReQ(covariance)
	std, _ := geometry.FeatureStd(x)
	for name, v := range map[string][2]float64{
		"RankMe": {got.RankMe.Value, rankMe}, "effective rank": {got.EffectiveRank.Value, effective}, "participation": {got.Participation.Value, participation},
		"α-ReQ": {got.AlphaReQ.Value, alpha}, "std": {got.FeatureStd.Value, std * math.Sqrt(40)},
	} {
		if !(math.Abs(v[0]-v[1]) <= 1e-6*v[1]) {
			t.Errorf("%s: %g, want %g", name, v[0], v[1])
		}
	}
	even := representationOf(classed(1, 2000, 12, 3, 0).X, nil)
	for name, v := range map[string]*Isotropic{"RankMe": even.RankMe, "effective rank": even.EffectiveRank, "participation": even.Participation, "std": even.FeatureStd} {
		if math.Abs(v.Value-*v.Random) > 0.02**v.Random {
			t.Errorf("%s of isotropic features: %g, %g is said", name, v.Value, *v.Random)
		}
	}
	if zero := representationOf(matrix.New(5, 3), nil); zero.RankMe != nil || zero.FeatureStd != nil || zero.Uniformity != nil {
		t.Errorf("%+v", zero)
	}
}

// TestReportsOfProbes: a label of −1 is no class (solo-learn issue 198), a class without votes is
// not among the first five (dino issue 89), and each accuracy says its k and τ (lightly issue 1840).
func TestReportsOfProbes(t *testing.T) {
	const n = 120
	l := classed(1, n, 4, 40, 6) // three images of each of forty classes
	test := classed(2, 40, 4, 40, 6)
	for i := range 40 {
		l.Y[i] = Unlabelled
	}
	r, err := Probe(t.Context(), l, test, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Classes != 40 || r.Train.Unlabelled != 40 || r.Train.Images != 80 {
		t.Errorf("%+v", r)
	}
	for _, k := range r.KNN {
		if k.K == 0 || k.Tau == 0 || k.Top5.Value < k.Top1.Value {
			t.Errorf("%+v", k)
		}
	}
}
