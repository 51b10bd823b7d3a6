package harness

import (
	"math"
	"testing"

	"protobench/datasets"
	"protobench/methods"
	"protobench/metrics"
)

// oracle is what a learner made of the set "mixture", whose modes are known.
type oracle struct {
	learned methods.Learned
	modes   metrics.Matrix
	counts  []int     // training vectors by prototype
	nearest []float64 // cosine of each mode and the prototype nearest to it
	images  int
}

// consult trains a learner on vectors that no encoder turns, through the harness's own batches and the trainer.
func consult(t *testing.T, learner string, steps int, change func(*Resolved)) oracle {
	t.Helper()
	r := Defaults()
	r.Data.Name, r.Data.Modes, r.Data.Dim, r.Data.Train, r.Data.Test = "mixture", 12, 32, 1024, 12
	r.Encoder.Name, r.Encoder.Dim, r.Train.Batch, r.Prototypes.Count = "identity", 32, 64, 64
	r.Train.Epochs = (steps + 15) / 16
	change(&r)
	set, err := datasets.Open(r.Data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBatches(set, &r, 3)
	if err != nil {
		t.Fatal(err)
	}
	c := Cell{Composition: methods.Composition{Objective: "swav", Learner: learner, Embedding: "plain"}, Settings: r, Seed: 3}
	tr, err := methods.New(c.config(dataConfig(set, b.perEpoch)))
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
	_, z, err := b.extract(t.Context(), &set.Train, set.Train.Len(), branch(tr, methods.Teacher))
	if err != nil {
		t.Fatal(err)
	}
	o.counts = metrics.Counts(metrics.Assign(matrix(o.learned.Scores(z.Data), z.Rows)), o.learned.K)
	o.modes = matrix(datasets.MixtureModes(r.Data), r.Data.Modes)
	for i := range o.modes.Rows {
		best := -1.0
		for k := range o.learned.K {
			best = max(best, cosine(o.modes.Row(i), o.learned.Current[methods.Teacher][k*o.learned.D:][:o.learned.D]))
		}
		o.nearest = append(o.nearest, best)
	}
	return o
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, v := range a {
		ab, aa, bb = ab+float64(v)*float64(b[i]), aa+float64(v)*float64(v), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func (o oracle) matrix() metrics.Matrix {
	return matrix(o.learned.Current[methods.Teacher], o.learned.K)
}

// unique counts distinct prototypes, live those of them in use, dead those that nothing is assigned to.
func (o oracle) unique(eps float64) int { return metrics.Covers(o.matrix(), []float64{eps})[0].Count() }
func (o oracle) live(eps float64) int {
	return metrics.LiveCovers(o.matrix(), o.counts, o.images, []float64{eps})[0].Count()
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

// TestOracle documents what learners do with 12 modes and 64 prototypes, whatever their names promise. Live and unique are counted at
// a cosine distance of 0.1.
func TestOracle(t *testing.T) {
	vmf := func(precision float64, forgetting, weights, init string) func(*Resolved) {
		return func(r *Resolved) {
			r.GMM.Responsibilities, r.GMM.Precision, r.GMM.Forgetting, r.GMM.Weights, r.Prototypes.Init = "vmf", precision, forgetting, weights, init
		}
	}
	from := func(init string) func(*Resolved) { return func(r *Resolved) { r.Prototypes.Init = init } }
	revived := func(by string) func(*Resolved) {
		return func(r *Resolved) {
			r.Prototypes.Reseed, r.Prototypes.ReseedBy, r.Prototypes.ReseedBelow = true, by, 0.1
		}
	}
	type bounds [4][2]int // of unique, live and dead prototypes and of found modes
	for _, c := range []struct {
		what, learner string
		change        func(*Resolved)
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

// TestOracleContinuum has more modes than prototypes: then every learner keeps its prototypes apart.
func TestOracleContinuum(t *testing.T) {
	for _, learner := range []string{"gmm", "kmeans", "epoch-kmeans"} {
		o := consult(t, learner, 160, func(r *Resolved) { r.Data.Modes, r.Prototypes.Init = 512, "data" })
		if o.unique(0.1) < 60 || o.live(0.1) < 60 {
			t.Errorf("%s: %d unique, %d live of 64", learner, o.unique(0.1), o.live(0.1))
		}
	}
}

// TestOracleStarts starts each learner on the modes themselves, one each: they are fixed points of all that estimate means.
func TestOracleStarts(t *testing.T) {
	for _, learner := range []string{"gmm", "kmeans", "ema", "epoch-kmeans"} {
		o := consult(t, learner, 160, func(r *Resolved) {
			r.Data.Modes, r.Prototypes.Count, r.Prototypes.Init, r.EpochKMeans.Start = 3, 3, "kmeans++", "previous"
		})
		if o.found() != 3 || o.dead() != 0 {
			t.Errorf("%s: %d of 3 modes found, cosines %v", learner, o.found(), o.nearest)
		}
	}
}
