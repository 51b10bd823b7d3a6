package cell

import (
	"math"
	"testing"

	"protobench/datasets"
	"protobench/harness/sweep"
	"protobench/internal/setting"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/uniqueness"
)

// oracle is what a learner made of the set "mixture", whose modes are known.
type oracle struct {
	learned methods.Learned
	modes   matrix.Matrix
	counts  []int     // training vectors by prototype
	nearest []float64 // cosine of each mode and the prototype nearest to it
	images  int
}

// consult trains a learner on vectors that no encoder turns, through the harness's own batches and
// the trainer.
func consult(t *testing.T, learner string, steps int, change func(*setting.Values)) oracle {
	t.Helper()
	return consultOn(t, "plain", learner, steps, change)
}

// consultOn is consult on the plain or the centred embedding.
func consultOn(t *testing.T, embedding, learner string, steps int, change func(*setting.Values)) oracle {
	t.Helper()
	c := sweep.Cell{Composition: part.Composition{Objective: "swav", Learner: learner, Embedding: embedding}, Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSetAll(map[string]any{
		"data.name": "mixture", "data.modes": 12, "data.dim": 32, "data.train": 1024, "data.test": 12,
		"encoder.name": "identity", "encoder.dim": 32, "train.batch": 64, "prototypes.count": 64, "train.epochs": (steps + 15) / 16,
	})
	change(&c.Settings)
	set, err := datasets.Open(c.Data())
	if err != nil {
		t.Fatal(err)
	}
	c.Images = sweep.ImagesOf(set)
	b, err := newBatches(set, &c)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := methods.New(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Prepare(b.successive()); err != nil {
		t.Fatal(err)
	}
	for i := range steps {
		views, _ := b.at(i)
		if _, err := tr.Step(views); err != nil {
			t.Fatal(err)
		}
	}
	o := oracle{learned: tr.Learned()[0], images: set.Train.Len()}
	_, z, err := b.extract(t.Context(), &set.Train, branch(tr, part.Teacher))
	if err != nil {
		t.Fatal(err)
	}
	o.counts = metric.Counts(metric.Assign(matrixOf(o.learned.Scores(z.Data), z.Rows)), o.learned.K)
	o.modes = matrixOf(datasets.MixtureModes(c.Data()), c.Data().Modes)
	if embedding == "centred" {
		centre(o.modes)
	}
	for i := range o.modes.Rows {
		best := -1.0
		for k := range o.learned.K {
			best = max(best, cosine(o.modes.Row(i), o.learned.Current[part.Teacher][k*o.learned.D:][:o.learned.D]))
		}
		o.nearest = append(o.nearest, best)
	}
	return o
}

// centre does to modes what a centred embedding does to vectors: it puts them on the unit sphere
// and takes off their mean.
func centre(modes matrix.Matrix) {
	mean := make([]float32, modes.Cols)
	for i := range modes.Rows {
		row := modes.Row(i)
		var square float64
		for _, v := range row {
			square += float64(v) * float64(v)
		}
		length := float32(math.Sqrt(square))
		for j := range row {
			row[j] /= length
			mean[j] += row[j] / float32(modes.Rows)
		}
	}
	for i := range modes.Rows {
		for j := range mean {
			modes.Row(i)[j] -= mean[j]
		}
	}
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, v := range a {
		ab, aa, bb = ab+float64(v)*float64(b[i]), aa+float64(v)*float64(v), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func (o oracle) matrix() matrix.Matrix {
	return matrixOf(o.learned.Current[part.Teacher], o.learned.K)
}

// unique counts distinct prototypes, live those of them in use, dead those that nothing is assigned
// to.
func (o oracle) unique(eps float64) int {
	return uniqueness.Covers(nil, o.matrix(), []float64{eps})[0].Count()
}
func (o oracle) live(eps float64) int {
	return uniqueness.LiveCovers(nil, o.matrix(), o.counts, o.images, []float64{eps})[0].Count()
}

func (o oracle) dead() int {
	n := 0
	for _, c := range o.counts {
		if c == 0 {
			n++
		}
	}
	return n
}

// found counts the modes that a prototype points at.
func (o oracle) found() int {
	n := 0
	for _, c := range o.nearest {
		if c > 0.98 {
			n++
		}
	}
	return n
}

// TestOracle documents what learners do with 12 modes and 64 prototypes, whatever their names
// promise. Live and unique are counted at a cosine distance of 0.1.
func TestOracle(t *testing.T) {
	vmf := func(precision float64, forgetting, weights, init string) func(*setting.Values) {
		return func(v *setting.Values) {
			v.MustSetAll(map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": precision, "gmm.forgetting": forgetting, "gmm.weights": weights, "prototypes.init": init})
		}
	}
	from := func(init string) func(*setting.Values) {
		return func(v *setting.Values) { v.MustSetAll(map[string]any{"prototypes.init": init}) }
	}
	revived := func(by string) func(*setting.Values) {
		return func(v *setting.Values) {
			v.MustSetAll(map[string]any{"prototypes.reseed": true, "prototypes.reseed_by": by, "prototypes.reseed_below": 0.1})
		}
	}
	type bounds [4][2]int // of unique, live and dead prototypes and of found modes
	for _, c := range []struct {
		what, learner string
		change        func(*setting.Values)
		want          bounds
	}{
		{
			"maximum likelihood is content with duplicates: every component of soft EM ends on a mode, in use",
			"gmm", from("data"), bounds{{12, 12}, {12, 12}, {0, 8}, {12, 12}},
		},
		{
			"so it does under uniform forgetting",
			"gmm", vmf(1, "uniform", "uniform", "data"), bounds{{12, 12}, {12, 12}, {0, 12}, {12, 12}},
		},
		{
			"from a random start it looks diverse because most components are dead",
			"gmm", vmf(4, "responsibility", "uniform", "random"), bounds{{45, 64}, {12, 12}, {35, 52}, {12, 12}},
		},
		{
			"soft responsibilities do not change that where only visits are forgotten",
			"gmm", vmf(1, "responsibility", "uniform", "random"), bounds{{40, 60}, {12, 12}, {30, 50}, {12, 12}},
		},
		{
			"but uniform forgetting draws in what has next to no responsibility",
			"gmm", vmf(1, "uniform", "uniform", "random"), bounds{{12, 14}, {12, 12}, {0, 20}, {12, 12}},
		},
		{
			"balanced responsibilities leave next to nothing dead and nothing but duplicates",
			"gmm", vmf(4, "responsibility", "sinkhorn", "random"), bounds{{12, 12}, {12, 12}, {0, 4}, {12, 12}},
		},
		{
			"hard k-means keeps dead centres as well",
			"kmeans", from("random"), bounds{{45, 64}, {12, 13}, {35, 52}, {12, 12}},
		},
		{
			"and from data shares the modes out",
			"kmeans", from("data"), bounds{{12, 20}, {12, 20}, {0, 1}, {12, 12}},
		},
		{
			"the moving average does the same",
			"ema", from("random"), bounds{{45, 64}, {12, 13}, {35, 54}, {12, 12}},
		},
		{
			"k-means by epochs has no dead centres, as each epoch starts from data",
			"epoch-kmeans", from("random"), bounds{{12, 20}, {12, 20}, {0, 1}, {12, 12}},
		},
		{
			"re-seeding cures death, not duplicates",
			"kmeans", revived("distance"), bounds{{12, 24}, {12, 24}, {0, 12}, {12, 12}},
		},
		{
			"and so does splitting",
			"gmm", revived("split"), bounds{{12, 24}, {12, 14}, {0, 24}, {12, 12}},
		},
		{
			"frozen prototypes are unique and point at nothing",
			"frozen", from("random"), bounds{{64, 64}, {20, 64}, {20, 50}, {0, 0}},
		},
		{
			"joint ones are in use by the loss's balance, between the modes",
			"joint", from("random"), bounds{{55, 64}, {45, 64}, {0, 10}, {0, 3}},
		},
	} {
		o := consult(t, c.learner, 320, c.change)
		for i, got := range []int{o.unique(0.1), o.live(0.1), o.dead(), o.found()} {
			if got < c.want[i][0] || got > c.want[i][1] {
				t.Errorf("%s (%s): %d %s, want %v", c.what, c.learner, got, []string{"unique", "live", "dead", "found"}[i], c.want[i])
			}
		}
	}
}

// TestOracleContinuum has more modes than prototypes and no common mean: then every learner keeps
// its prototypes apart, however it starts and forgets, and however sharp its responsibilities are.
// Diversity is what the data has.
func TestOracleContinuum(t *testing.T) {
	for _, learner := range []string{"gmm", "kmeans", "epoch-kmeans"} {
		for _, precision := range []float64{1, 4} {
			for _, forgetting := range []string{"responsibility", "uniform"} {
				if learner != "gmm" && (precision > 1 || forgetting == "uniform") {
					continue
				}
				o := consult(t, learner, 160, func(v *setting.Values) {
					v.MustSetAll(map[string]any{"data.modes": 512, "data.train": 1024, "prototypes.init": "data"})
					v.MustSetAll(map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": precision, "gmm.forgetting": forgetting})
				})
				for _, eps := range []float64{0.1, 0.25} {
					if o.unique(eps) < 60 || o.live(eps) < 60 {
						t.Errorf("%s, precision %g, %s forgetting: %d unique at %g, %d live of 64", learner, precision, forgetting, o.unique(eps), eps, o.live(eps))
					}
				}
			}
		}
	}
}

// TestOracleStarts starts each learner on the modes themselves, one each: they are fixed points of
// all that estimate means.
func TestOracleStarts(t *testing.T) {
	for _, learner := range []string{"gmm", "kmeans", "ema", "epoch-kmeans"} {
		o := consult(t, learner, 160, func(v *setting.Values) {
			v.MustSetAll(map[string]any{"data.modes": 3, "prototypes.count": 3, "prototypes.init": "kmeans++", "epoch-kmeans.start": "previous"})
		})
		if o.found() != 3 || o.dead() != 0 {
			t.Errorf("%s: %d of 3 modes found, cosines %v", learner, o.found(), o.nearest)
		}
	}
}

// TestOracleCommonMean documents what an offset three times as long as the modes' own means does:
// on the sphere all vectors point nearly the same way, so that a mixture of fixed concentration (10
// or 32 here, where 128 would do) takes them for one mode, from whatever start and by either
// forgetting. Unique prototypes beside one live one are dead. Centring the embedding cures it for
// all.
func TestOracleCommonMean(t *testing.T) {
	vmf := func(precision float64, forgetting, init string) func(*setting.Values) {
		return func(v *setting.Values) {
			v.MustSetAll(map[string]any{"gmm.responsibilities": "vmf", "gmm.precision": precision, "gmm.forgetting": forgetting, "prototypes.init": init})
		}
	}
	from := func(init string) func(*setting.Values) {
		return func(v *setting.Values) { v.MustSetAll(map[string]any{"prototypes.init": init}) }
	}
	type bounds [3][2]int // of unique and live prototypes at a cosine distance of 0.025, and of found modes
	cured := bounds{{12, 16}, {12, 16}, {11, 12}}
	for _, c := range []struct {
		what, learner  string
		change         func(*setting.Values)
		plain, centred bounds
	}{
		{"a soft mixture has one direction alive, and dead ones", "gmm", vmf(0.3, "responsibility", "random"), bounds{{5, 25}, {1, 1}, {0, 1}}, cured},
		{"or, by uniform forgetting, one direction at all", "gmm", vmf(0.3, "uniform", "random"), bounds{{1, 1}, {1, 1}, {0, 1}}, cured},
		{"which a start from data does not help", "gmm", vmf(1, "responsibility", "data"), bounds{{1, 1}, {1, 1}, {0, 1}}, cured},
		{"but a higher concentration does, as the modes are narrow", "gmm", vmf(4, "responsibility", "data"), bounds{{12, 13}, {12, 13}, {11, 12}}, cured},
		{"and so does one that is learned", "gmm", from("data"), bounds{{12, 13}, {12, 13}, {11, 12}}, cured},
		{"k-means, which knows no scale, is nearly all dead from a random start", "kmeans", from("random"), bounds{{55, 64}, {1, 8}, {0, 6}}, bounds{{50, 64}, {12, 18}, {11, 12}}},
		{"and finds the modes from data", "kmeans", from("data"), bounds{{11, 16}, {11, 16}, {11, 12}}, bounds{{12, 32}, {12, 32}, {11, 12}}},
		{"joint ones die by the half", "joint", from("random"), bounds{{60, 64}, {15, 40}, {0, 1}}, bounds{{60, 64}, {58, 64}, {0, 1}}},
	} {
		for embedding, want := range map[string]bounds{"plain": c.plain, "centred": c.centred} {
			o := consultOn(t, embedding, c.learner, 240, func(v *setting.Values) {
				v.MustSetAll(map[string]any{"data.offset": 3})
				c.change(v)
			})
			for i, got := range []int{o.unique(0.025), o.live(0.025), o.found()} {
				if got < want[i][0] || got > want[i][1] {
					t.Errorf("%s (%s, %s): %d %s, want %v", c.what, c.learner, embedding, got, []string{"unique", "live", "found"}[i], want[i])
				}
			}
		}
	}
}
