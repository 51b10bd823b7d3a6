package metrics

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// twins are four prototypes in the plane, two of them the same, that take images of two classes.
func twins() *metric.Input {
	p := matrix.Of(4, 2, []float32{1, 0, 1, 0, 0, 1, -1, 0})
	return &metric.Input{Prototypes: metric.Prototypes{
		Effective: p, Student: p, Initial: matrix.Of(4, 2, []float32{0, 1, 1, 0, 0, 1, -1, 0}), Path: 2, Drift: 0.5, Reseeds: 3,
		Scores:  matrix.Of(4, 4, []float32{9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0}),
		Classes: []int{0, 0, 1, 1},
	}}
}

func valueOf(t *testing.T, key string, in *metric.Input) metric.Result {
	t.Helper()
	return fixture.ValueOf(t, Specs(), key, in)
}

func TestMetricsOfPrototypes(t *testing.T) {
	in := twins()
	for key, want := range map[string]float64{
		"unique@0.025": 3, "unique@0.5": 3, "unique_centred@0.025": 3, "live_unique@0.025": 2, "unique@0.025.student": 3,
		"used": 3, "dead": 0.25, "usage_perplexity": 2 * math.Sqrt2, "grouped_perplexity": 2, "displacement": 0.25,
		"path": 2, "drift": 0.5, "reseeds": 3, "nmi": 0.8, "prototype_mean_norm": math.Sqrt2 / 4, "nearest_cosine.max": 1, "nearest_cosine.median": 0.5,
	} {
		if r := valueOf(t, key, in); r.Undefined != "" || !(math.Abs(r.Value-want) <= 1e-6) {
			t.Errorf("%s is %+v, want %v", key, r, want)
		}
	}
	soft := valueOf(t, "soft_perplexity@t0.1", in)
	if hard := valueOf(t, "usage_perplexity", in); !(math.Abs(soft.Value-hard.Value) <= 1e-6) || !(valueOf(t, "soft_entropy@t0.1", in).Value <= 1e-6) {
		t.Errorf("decided scores: soft usage %v, hard %v", soft.Value, hard.Value)
	}
	flat := twins()
	flat.Scores = matrix.New(4, 4)
	for i := range flat.Scores.Data {
		flat.Scores.Data[i] = 500
	}
	fixture.Near(t, "entropy of uniform predictions", valueOf(t, "soft_entropy@t0.1", flat).Value, math.Log(4), 1e-6)
	fixture.Near(t, "information of uniform predictions", valueOf(t, "soft_information@t0.1", flat).Value, 0, 1e-6)
}

func TestMetricsOfPrototypesNeedSome(t *testing.T) {
	none := Select(func(s metric.Spec) bool { return s.Of == metric.OfPrototypes })
	for _, s := range none {
		if r, ok := s.Measure(&metric.Input{}); !ok || r.Undefined != metric.NoPrototypes {
			t.Errorf("%s: %+v %v", s.Key, r, ok)
		}
	}
	if len(none) < 40 {
		t.Errorf("%d metrics of prototypes", len(none))
	}
}

// labelledFeatures are 3 classes of 4 directions in 3 dimensions, in train and test alike.
func labelledFeatures() *metric.Input {
	x, y := matrix.New(12, 3), make([]int, 12)
	for i := range y {
		y[i] = i % 3
		x.Row(i)[i%3], x.Row(i)[(i+1)%3] = 1, 0.01*float32(i)
	}
	s := metric.Split{Features: x, Y: y, FineY: y}
	return &metric.Input{FrozenFeatures: metric.FrozenFeatures{
		Train: x, TrainY: y, Embeddings: x, Probe: s, Test: s, Coarse: 3, Fine: 3, TailCounts: []int{9, 2, 5},
		Views: metric.Views{PerImage: 2, Features: x, Embeddings: x},
	}}
}

func TestMetricsOfFeatures(t *testing.T) {
	in := labelledFeatures()
	var often, y []int // as many training images as the largest k asks for
	for i := range 240 {
		often, y = append(often, i%12), append(y, in.TrainY[i%12])
	}
	in.Probe = metric.Split{Features: in.Train.Pick(often), Y: y, FineY: y}
	for _, s := range Select(func(s metric.Spec) bool { return s.Of == metric.OfFeatures }) {
		r, ok := s.Measure(in)
		if s.Unit == metric.Exponent { // needs more dimensions
			continue
		}
		if !ok || r.Undefined != "" {
			t.Errorf("%s: %+v %v", s.Key, r, ok)
		}
		if s.Unit == metric.Accuracy && r.Value != 1 {
			t.Errorf("%s is %v on classes that are apart", s.Key, r.Value)
		}
		if s.Branch != metric.Teacher && s.Branch != metric.Student || !strings.HasSuffix(s.Key, string(s.Branch)) {
			t.Errorf("%s is of branch %q", s.Key, s.Branch)
		}
	}
	in = labelledFeatures()
	in.Fine, in.TailCounts = 0, nil
	if r := valueOf(t, "linear_fine@backbone.teacher", in); r.Undefined != "the data set has no fine labels" {
		t.Errorf("%+v", r)
	}
	s, _ := Find("linear_tail@backbone.teacher")
	if _, ok := s.Measure(in); ok {
		t.Error("a balanced set has a tail")
	}
	if r := valueOf(t, "knn100_t0.1@backbone.teacher", in); r.Undefined != "needs at least 100 training images, found 12" {
		t.Errorf("%+v", r)
	}
	if r := valueOf(t, "alignment.embeddings.teacher", &metric.Input{}); r.Undefined == "" {
		t.Error("alignment without views")
	}
}

// Probes learn from the probe's images and are judged on the test's, by classes and by fine labels:
// each split and each kind of labels here gives another accuracy.
func TestProbesLearnFromTheirSplitAlone(t *testing.T) {
	at := func(classes ...int) matrix.Matrix { // one direction per class
		x := matrix.New(len(classes), 4)
		for i, c := range classes {
			x.Row(i)[c] = 1
		}
		return x
	}
	in := &metric.Input{FrozenFeatures: metric.FrozenFeatures{
		Train: at(0, 1, 2, 3), TrainY: []int{3, 2, 1, 0},
		Probe:  metric.Split{Features: at(0, 0, 1, 1, 2, 2, 3, 3), Y: []int{0, 0, 1, 1, 0, 0, 1, 1}, FineY: []int{0, 0, 1, 1, 2, 2, 3, 3}},
		Test:   metric.Split{Features: at(0, 1, 2, 3, 3, 3, 3, 3), Y: []int{0, 1, 0, 1, 0, 0, 1, 1}, FineY: []int{0, 1, 0, 3, 3, 3, 3, 3}},
		Coarse: 2, Fine: 4,
	}}
	for key, want := range map[string]float64{
		"linear@backbone.teacher": 0.75, "linear_fine@backbone.teacher": 0.875, "linear@backbone.student": 0.75,
		"knn20_t0.07@backbone.teacher": 0.75, "knn20_t0.07_fine@backbone.teacher": 0.875, "knn20_t0.07_fine@backbone.student": 0.875,
	} {
		fixture.Near(t, key, valueOf(t, key, in).Value, want, 0)
	}
}

// Warnings and reasons bear the key of the metric that they are about.
func TestProbesWarnByKey(t *testing.T) {
	r := valueOf(t, "knn20_t0.07@backbone.student", labelledFeatures())
	want := []metric.Warning{{Metric: "knn20_t0.07@backbone.student", Text: "k-NN: only 12 training rows vote instead of 20"}}
	if d := cmp.Diff(want, r.Warnings); d != "" {
		t.Error(d)
	}
	in := labelledFeatures()
	in.Stop = func() bool { return true }
	if r := valueOf(t, "linear_tail@backbone.teacher", in); r.Undefined != "stopped before the end" {
		t.Errorf("%+v", r)
	}
}

func TestNotFiniteIsUndefined(t *testing.T) {
	r := valueOf(t, "loss", &metric.Input{Training: metric.Training{Loss: math.Inf(1), Steps: 1}})
	if r.Undefined != "not a finite number" {
		t.Errorf("%+v", r)
	}
	if r := valueOf(t, "loss", &metric.Input{Training: metric.Training{Loss: math.NaN()}}); r.Undefined != "no step was done" {
		t.Errorf("%+v", r)
	}
}

// A declaration says everything that lists and tables show.
func TestDeclarationsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Specs() {
		if seen[s.Key] {
			t.Errorf("%s is declared twice", s.Key)
		}
		seen[s.Key] = true
		if s.Doc == "" || s.Formula == "" || s.Source == "" || s.Collapse == "" || s.Unit == "" || s.Of == "" || s.When == "" || s.Value == nil ||
			!slices.Contains([]metric.Direction{metric.Higher, metric.Lower, metric.Neither}, s.Better) {
			t.Errorf("%s says too little: %+v", s.Key, s)
		}
		if s.Geometric && s.Of != metric.OfPrototypes {
			t.Errorf("%s is no metric of vectors", s.Key)
		}
	}
	if n := len(Select(func(s metric.Spec) bool { return s.Headline })); n != 1 {
		t.Errorf("%d headlines", n)
	}
}

// What is measured on both branches is explained beside the teacher's, once.
func TestColumnsAreExplainedAtTheTeacher(t *testing.T) {
	twins := 0
	for _, s := range Specs() {
		if s.Branch != metric.Student {
			continue
		}
		teacher, _ := Find(strings.TrimSuffix(s.Key, "student") + "teacher")
		if s.Column != "" {
			t.Errorf("%s is explained at the student", s.Key)
		}
		if teacher.Column != "" {
			twins++
		}
	}
	fixture.Equal(t, "metrics that are explained at the teacher", twins, 11) // three probes, three of spectra, the deviation, LiDAR, silhouette, and two of embeddings
}

func TestColumnsPutTheHeadlineFirst(t *testing.T) {
	var keys []string
	for _, s := range Columns(metric.BriefTable) {
		keys = append(keys, s.Key)
	}
	if d := cmp.Diff([]string{"live_unique@0.025", "unique@0.025", "dead", "linear@backbone.teacher"}, keys); d != "" {
		t.Error(d)
	}
}

func TestTitles(t *testing.T) {
	for key, want := range map[string]string{
		"live_unique@0.025": "live-unique@0.025", "unique@0.025.student": "unique@0.025.student", "usage_perplexity": "usage-perplexity",
		"effective_rank.prototypes": "effective_rank.prototypes", "knn20_t0.07_fine@backbone.teacher": "knn20_t0.07_fine@backbone.teacher",
		"linear_fine@backbone.student": "linear-fine@backbone.student",
	} {
		if s, ok := Find(key); !ok || s.Title() != want {
			t.Errorf("%s is headed %q, want %q", key, s.Title(), want)
		}
	}
}
