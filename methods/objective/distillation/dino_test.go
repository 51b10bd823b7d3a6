package distillation

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/encoders/graph"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/sinkhorn"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// ramped is the teacher temperature of an epoch that rises from 0.05 to 0.11 over 4 epochs.
var ramped = map[float64]float64{0: 0.05, 0.75: 0.05, 1: 0.07, 1.99: 0.07, 2.5: 0.09, 3: 0.11, 3.9: 0.11, 8.5: 0.11}

// TestTeacherTemperature: it is the epoch's, which changes with whole epochs.
func TestTeacherTemperature(t *testing.T) {
	const b, k = 3, 4
	v := objective.Views{Images: b, Global: 2, Crops: 2}
	set := DINO{Targets: "centering", TeacherTemperature: 0.11, WarmupTemperature: 0.05, WarmupEpochs: 4, Iterations: 3, CenterMomentum: 0.5}
	scores := fixture.Uniform(2*b*k, "scores")
	for epoch, temperature := range ramped {
		in := objective.CodeInput{Scores: scores, Epoch: epoch}
		got := make([]float32, len(scores))
		o := newDINO(set, v, k)
		copy(o.mean, []float32{0.2, -0.1, 0, 0.4})
		if o.Codes(got, in); !fixture.Near(got, fixture.SoftmaxOf(scores, o.mean, k, temperature)) {
			t.Errorf("dino, epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
		balanced := set
		balanced.Targets = "sinkhorn"
		want := make([]float32, len(scores))
		sinkhorn.Sinkhorn(nil, want, scores, 2*b, k, temperature, 3)
		if newDINO(balanced, v, k).Codes(got, in); !fixture.Near(got, want) {
			t.Errorf("dino with Sinkhorn, epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
	}
}

// TestCenter: DINO's center is an EMA of the batch mean of the teacher's scores, and what scores
// lose before metrics compare them; Sinkhorn targets have none, and nothing is taken off.
func TestCenter(t *testing.T) {
	const b, k = 3, 4
	v := objective.Views{Images: b, Global: 2, Crops: 2}
	set := DINO{Targets: "centering", TeacherTemperature: 0.1, WarmupTemperature: 0.1, Iterations: 3, CenterMomentum: 0.75}
	o := newDINO(set, v, k)
	want := make([]float64, k)
	for step := range 3 {
		scores := fixture.Uniform(2*b*k, string(rune('a'+step)))
		o.After(objective.CodeInput{Scores: scores})
		for j := range want {
			var mean float64
			for r := range 2 * b {
				mean += float64(scores[r*k+j]) / (2 * b)
			}
			want[j] = 0.75*want[j] + 0.25*mean
		}
	}
	for j, c := range o.Offset(nil, 1) {
		if !(math.Abs(float64(c)-want[j]) <= 1e-6) {
			t.Errorf("center %d is %g, want %g", j, c, want[j])
		}
	}
	set.Targets = "sinkhorn"
	o = newDINO(set, v, k)
	o.After(objective.CodeInput{Scores: fixture.Uniform(2*b*k, "a")})
	if off := o.Offset(nil, 1); off != nil {
		t.Errorf("Sinkhorn targets have the center %v", off)
	}
}

// TestVMFCenterAndOffset: what inner products lose is the normaliser, with its sign turned, and
// with centering τ times the center's logarithm.
func TestVMFCenterAndOffset(t *testing.T) {
	const k, d = 3, 5
	c := fixture.Uniform(k*d, "prototypes")
	for _, targets := range []string{"centering", "sinkhorn"} {
		o := newDINO(DINO{Targets: targets, Scores: "vmf", TeacherTemperature: 0.2, WarmupTemperature: 0.1, WarmupEpochs: 3, CenterMomentum: 0.5}, objective.Views{Images: 1, Global: 2, Crops: 2}, k)
		copy(o.vmf.center, []float32{0.5, 0.25, 0.25})
		copy(o.vmf.batch, []float64{0.1, 0.2, 0.7})
		o.After(objective.CodeInput{})
		center := []float64{0.3, 0.225, 0.475}
		if targets == "sinkhorn" {
			center = []float64{1, 1, 1} // not in use
		}
		bias := make([]float32, k)
		term.VMFBias(bias, nil, c, d, 0.15)
		for j, got := range o.Offset(c, 1) { // the second of three epochs
			if want := -float64(bias[j]) + 0.15*math.Log(center[j]); !(math.Abs(float64(got)-want) <= 1e-5) {
				t.Errorf("%s: prototype %d loses %g, want %g", targets, j, got, want)
			}
		}
	}
}

// TestRampOnset: of a warm-up's epochs the last has the end already; what does not rise does not
// set in.
func TestRampOnset(t *testing.T) {
	for _, c := range []struct {
		from, to float64
		epochs   int
		want     float64 // -1: none
	}{{0.04, 0.07, 3, 2}, {0.04, 0.07, 1, 1}, {0.04, 0.07, 0, -1}, {0.07, 0.07, 3, -1}} {
		o := teacherWarmup(small(map[string]any{
			"dino.warmup_teacher_temperature": c.from, "dino.teacher_temperature": c.to, "dino.warmup_teacher_epochs": c.epochs,
		}))
		if len(o) == 0 != (c.want < 0) || len(o) == 1 && o[0].Epoch != c.want {
			t.Errorf("%+v: sets in at %v", c, o)
		}
	}
}

// TestLengthsAlone refuses scores by lengths where nothing would come of them.
func TestLengthsAlone(t *testing.T) {
	for _, c := range []struct {
		scores, learner string
		reseed          bool
		want            []string
	}{
		{"vmf", "joint", false, nil}, {"vmf", "gmm", false, []string{"dino.scores"}}, {"vmf", "joint", true, []string{"prototypes.reseed"}},
		{"vmf", "frozen", true, []string{"dino.scores", "prototypes.reseed"}}, {"cosine", "gmm", true, nil},
		{"linear", "joint", false, nil}, {"linear", "kmeans", false, []string{"dino.scores"}}, {"linear", "joint", true, []string{"prototypes.reseed"}},
	} {
		cfg := small(map[string]any{"dino.scores": c.scores, "prototypes.reseed": c.reseed})
		cfg.Composition.Learner = c.learner
		var got []string
		for _, e := range lengthsAlone(cfg) {
			got = append(got, e.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: refused %v", c, got)
		}
	}
}

// Scores of a von Mises-Fisher mixture are measured with its normalisers, cosines without.
func TestBiasIsOfVMFScoresAlone(t *testing.T) {
	const k, d = 3, 4
	c := fixture.RandomUnit(9, k, d)
	for i := range d {
		c[i] *= 2 // a longer prototype has another normaliser
	}
	v := objective.Views{Images: 1, Global: 2, Crops: 2}
	if b := newDINO(DINO{Scores: "cosine"}, v, k).Bias(c); b != nil {
		t.Errorf("cosines have bias %v", b)
	}
	o := newDINO(DINO{Scores: "vmf"}, v, k)
	o.temperature = 0.1
	want := make([]float32, k)
	term.VMFBias(want, nil, c, d, 0.1)
	if got := o.Bias(c); !slices.Equal(got, want) || got[0] == got[1] {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDINOsScores are inner products, of weight-normalised prototypes, or with vMF scores of
// prototypes of any length with a center of their own.
func TestDINOsScores(t *testing.T) {
	v := objective.Views{Images: 1, Global: 2, Crops: 2}
	for scores, is := range map[string]struct{ lengths, vmf bool }{"cosine": {}, "vmf": {true, true}, "linear": {lengths: true}} {
		cfg := small(map[string]any{"dino.scores": scores, "prototypes.count": 3})
		d := DeclareDINO()
		if traits := d.Traits(cfg.Settings); traits.WeightNorm == is.lengths || traits.Lengths != is.lengths {
			t.Errorf("%s: %+v", scores, traits)
		}
		o := d.New(cfg, v, 2).(*dino)
		center := o.State("")[0].F32
		if is.vmf && center[0] != float32(1.0/3) || !is.vmf && center[0] != 0 {
			t.Errorf("%s: the center starts at %g", scores, center[0])
		}
		g := G.NewGraph()
		z, c := graph.Input(g, "z", []float32{1, 0, 0, 1}, 2, 2), graph.Input(g, "c", []float32{1, 0, 0, 2, 3, 4}, 3, 2)
		s, _, err := o.Scores(z, c, true)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		if plain := fixture.Near(p.Value(s), []float32{1, 0, 3, 0, 2, 4}); plain == is.vmf {
			t.Errorf("%s: scores %v", scores, p.Value(s))
		}
	}
}

// TestOnsetsSay what a run lacks that ends before.
func TestOnsetsSay(t *testing.T) {
	c := small(map[string]any{"dino.warmup_teacher_temperature": 0.04, "dino.teacher_temperature": 0.08, "dino.warmup_teacher_epochs": 9})
	if o := teacherWarmup(c); len(o) != 1 || !strings.Contains(o[0].Missed, "ends at 0.055, short of 0.08") { // 4 epochs: 3/8 of the way
		t.Errorf("says %v", o)
	}
}
