package objective

import (
	"math"
	"slices"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// TestQueueWaits: past embeddings take part in the codes once the queue is full and its epoch has
// come, not before; then the codes are those of the batch among them.
func TestQueueWaits(t *testing.T) {
	const b, k, d = 3, 4, 5
	v := Views{Images: b, Global: 2, Crops: 2}
	set := SwAV{Epsilon: 0.3, Iterations: 3, Queue: 2*b + 1, QueueStart: 2}
	for batches := range 4 {
		for _, epoch := range []float64{0, 1.75, 2, 3.5} {
			o := newSwAV(set, v, k, d)
			c := fixture.RandomUnit(1, k, d)
			past := [2][]float32{}
			for i := range batches {
				z := fixture.RandomUnit(uint64(10+i), 2*b, d)
				for g := range past {
					past[g] = append(slices.Clone(z[g*b*d:][:b*d]), past[g]...)
				}
				o.after(CodeInput{Z: z})
			}
			scores := fixture.Uniform(2*b*k, "scores")
			got, want := make([]float32, 2*b*k), make([]float32, 2*b*k)
			o.codes(got, CodeInput{Scores: scores, Prototypes: c, Epoch: epoch})
			full := 3*batches >= set.Queue && epoch >= 2 // 7 after three batches of 3
			for g := range past {
				own := scores[g*b*k:][:b*k]
				if !full {
					sinkhorn.Sinkhorn(nil, want[g*b*k:][:b*k], own, b, k, 0.3, 3)
					continue
				}
				joined := make([]float32, set.Queue*k)
				kernel.InnerProducts(nil, joined, past[g][:set.Queue*d], c, set.Queue, d, k)
				joined = append(joined, own...)
				sinkhorn.Sinkhorn(nil, joined, joined, set.Queue+b, k, 0.3, 3)
				copy(want[g*b*k:], joined[set.Queue*k:])
			}
			if !fixture.Near(got, want) {
				t.Errorf("%d batches, epoch %g: codes %v, want %v", batches, epoch, got, want)
			}
		}
	}
	none := newSwAV(SwAV{Epsilon: 0.3, Iterations: 3}, v, k, d)
	if none.after(CodeInput{}); none.inUse(9) {
		t.Error("a queue that is not there is used")
	}
}

// TestUnfilledQueue warns of a queue that no step of the run finds full: the last one finds what
// all before have put in.
func TestUnfilledQueue(t *testing.T) {
	for queue, warned := range map[int]bool{0: false, 15 * 16: false, 15*16 + 1: true} { // 4 epochs of 4 steps of 16 images
		c := small(map[string]any{"swav.queue": queue})
		if got := unfilledQueue(c); (len(got) > 0) != warned {
			t.Errorf("queue %d: %v", queue, got)
		}
	}
	c := small(map[string]any{"swav.queue": 1000, "swav.queue_start": 4})
	if got := unfilledQueue(c); got != nil {
		t.Errorf("a queue that never starts is warned of elsewhere: %v", got)
	}
	c.StepsPerEpoch = 0
	c.Settings.MustSet("swav.queue_start", 1)
	if got := unfilledQueue(c); got != nil {
		t.Errorf("a run of unknown length is warned of: %v", got)
	}
	d := swavPart()
	if o := d.Onsets(small(nil)); o != nil {
		t.Errorf("without a queue something sets in: %v", o)
	}
	if o := d.Onsets(small(map[string]any{"swav.queue": 8, "swav.queue_start": 2.5})); len(o) != 1 || o[0].Epoch != 2.5 {
		t.Errorf("the queue sets in at %v", o)
	}
}

// ramped is the teacher temperature of an epoch that rises from 0.05 to 0.11 over 4 epochs.
var ramped = map[float64]float64{0: 0.05, 0.75: 0.05, 1: 0.07, 1.99: 0.07, 2.5: 0.09, 3: 0.11, 3.9: 0.11, 8.5: 0.11}

// softmaxOf are the rows' softmaxes of scores [n,k], less an offset, at a temperature, in float64.
func softmaxOf(s, offset []float32, k int, temperature float64) []float32 {
	out := make([]float32, len(s))
	for lo := 0; lo < len(s); lo += k {
		row, sum := make([]float64, k), 0.0
		for j := range row {
			v := float64(s[lo+j])
			if offset != nil {
				v -= float64(offset[j])
			}
			row[j] = math.Exp(v / temperature)
			sum += row[j]
		}
		for j, v := range row {
			out[lo+j] = float32(v / sum)
		}
	}
	return out
}

// TestTeacherTemperature: it is the epoch's, which changes with whole epochs, in all objectives
// that have one.
func TestTeacherTemperature(t *testing.T) {
	const b, k = 3, 4
	v := Views{Images: b, Global: 2, Crops: 2}
	set := DINO{Targets: "centering", TeacherTemperature: 0.11, WarmupTemperature: 0.05, WarmupEpochs: 4, Iterations: 3, CenterMomentum: 0.5}
	scores := fixture.Uniform(2*b*k, "scores")
	for epoch, temperature := range ramped {
		in := CodeInput{Scores: scores, Epoch: epoch}
		got := make([]float32, len(scores))
		o := newDINO(set, v, k)
		copy(o.mean, []float32{0.2, -0.1, 0, 0.4})
		if o.codes(got, in); !fixture.Near(got, softmaxOf(scores, o.mean, k, temperature)) {
			t.Errorf("dino, epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
		balanced := set
		balanced.Targets = "sinkhorn"
		want := make([]float32, len(scores))
		sinkhorn.Sinkhorn(nil, want, scores, 2*b, k, temperature, 3)
		if newDINO(balanced, v, k).codes(got, in); !fixture.Near(got, want) {
			t.Errorf("dino with Sinkhorn, epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
		cfg := small(map[string]any{
			"massl.memory": k, "massl.block": k, "massl.teacher_temperature": 0.11, "massl.warmup_teacher_temperature": 0.05, "massl.warmup_teacher_epochs": 4,
		})
		if newMaSSL(cfg, v).codes(got, in); !fixture.Near(got, softmaxOf(scores, nil, k, temperature)) {
			t.Errorf("massl, epoch %g: targets %v, want those of temperature %g", epoch, got, temperature)
		}
	}
}

// TestCenter: DINO's center is an EMA of the batch mean of the teacher's scores, and what scores
// lose before metrics compare them; Sinkhorn targets have none, and nothing is taken off.
func TestCenter(t *testing.T) {
	const b, k = 3, 4
	v := Views{Images: b, Global: 2, Crops: 2}
	set := DINO{Targets: "centering", TeacherTemperature: 0.1, WarmupTemperature: 0.1, Iterations: 3, CenterMomentum: 0.75}
	o := newDINO(set, v, k)
	want := make([]float64, k)
	for step := range 3 {
		scores := fixture.Uniform(2*b*k, string(rune('a'+step)))
		o.after(CodeInput{Scores: scores})
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
	o.after(CodeInput{Scores: fixture.Uniform(2*b*k, "a")})
	if off := o.Offset(nil, 1); off != nil {
		t.Errorf("Sinkhorn targets have the center %v", off)
	}
	for name, want := range map[string]bool{"swav": false, "msn": false, "carp": false, "deepcluster": false, "dino": true, "ibot": true, "sela": true} {
		cfg := small(map[string]any{"prototypes.count": k, "carp.block": 2})
		cfg.Encoder.Patch, cfg.Encoder.Name = 4, "vit"
		d, _ := Find(name)
		if off := d.New(cfg, v, 5).Offset(fixture.RandomUnit(1, k, 5), 0); (off != nil) != want {
			t.Errorf("%s takes %v off", name, off)
		}
	}
}

// TestVMFCenterAndOffset: what inner products lose is the normaliser, with its sign turned, and
// with centering τ times the center's logarithm.
func TestVMFCenterAndOffset(t *testing.T) {
	const k, d = 3, 5
	c := fixture.Uniform(k*d, "prototypes")
	for _, targets := range []string{"centering", "sinkhorn"} {
		o := newDINO(DINO{Targets: targets, Scores: "vmf", TeacherTemperature: 0.2, WarmupTemperature: 0.1, WarmupEpochs: 3, CenterMomentum: 0.5}, Views{Images: 1, Global: 2, Crops: 2}, k)
		copy(o.vmf.center, []float32{0.5, 0.25, 0.25})
		copy(o.vmf.batch, []float64{0.1, 0.2, 0.7})
		o.after(CodeInput{})
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

// TestMSNSharpens: targets are the teacher's softmax to the power 1/T over its sum, balanced on
// demand.
func TestMSNSharpens(t *testing.T) {
	const n, k = 6, 4
	scores := fixture.Uniform(n*k, "scores")
	want := softmaxOf(scores, nil, k, 0.5)
	for lo := 0; lo < len(want); lo += k {
		var sum float64
		for j := range k {
			sum += math.Pow(float64(want[lo+j]), 4)
		}
		for j := range k {
			want[lo+j] = float32(math.Pow(float64(want[lo+j]), 4) / sum)
		}
	}
	got := make([]float32, n*k)
	if newMSN(MSN{Sharpen: 0.25}, k, 0.5).codes(got, CodeInput{Scores: scores}); !fixture.Near(got, want) {
		t.Errorf("targets %v, want %v", got, want)
	}
	sinkhorn.Balance(nil, want, n, k, 2)
	if newMSN(MSN{Sharpen: 0.25, Sinkhorn: true, Iterations: 2}, k, 0.5).codes(got, CodeInput{Scores: scores}); !fixture.Near(got, want) {
		t.Errorf("balanced targets %v, want %v", got, want)
	}
}

// TestMSNTerms: the loss is the cross-entropy with each other term by its weight, all at the
// temperature of both branches, and all of it by the head's scale.
func TestMSNTerms(t *testing.T) {
	const n, k, temperature = 4, 3, 0.4
	scores, targets := fixture.Uniform(n*k, "scores"), softmaxOf(fixture.Uniform(n*k, "targets"), nil, k, 1)
	p := softmaxOf(scores, nil, k, temperature)
	var ce, entropy float64
	mean, meMax := make([]float64, k), math.Log(k)
	for i, v := range p {
		ce -= float64(targets[i]) * math.Log(float64(v)) / n
		entropy -= float64(v) * math.Log(float64(v)) / n
		mean[i%k] += float64(v) / n
	}
	for _, m := range mean {
		meMax += m * math.Log(m)
	}
	for _, c := range []struct{ meMax, entropy, scale float64 }{{0, 0, 0}, {1, 0, 0}, {0, 0.5, 0}, {2, 0.25, 0}, {2, 0.25, 3}} {
		v := Views{Images: n / 2, Global: 2, Crops: 2}
		o := newMSN(MSN{MeMax: c.meMax, Entropy: c.entropy}, k, temperature)
		h := NewHead(o, Traits{Targets: part.Teacher}, v, k, temperature, false)
		h.Scale = float32(c.scale)
		g := G.NewGraph()
		loss := fixture.Node(t)(o.loss(h, graph.Input(g, "s", scores, n, k), graph.Input(g, "q", targets, n, k)))
		program, err := graph.Compile(g, loss)
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Run(nil); err != nil {
			t.Fatal(err)
		}
		scale := max(1, c.scale)
		want := scale*ce + scale*c.meMax*meMax + scale*c.entropy*entropy
		if got := float64(program.Value(loss)[0]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("%+v: loss %g, want %g", c, got, want)
		}
	}
}

// TestViews: how crops are laid out, which predict which, and by what weight.
func TestViews(t *testing.T) {
	v := Views{Images: 1, Global: 2, Crops: 3}
	x := []float32{1, 2, 3}
	if got := v.Globals(x); !slices.Equal(got, x[:2]) {
		t.Errorf("global crops %v", got)
	}
	if got := v.last(x[:2]); !slices.Equal(got, x[1:2]) {
		t.Errorf("the last global crop is %v", got)
	}
	if v.pairs() != 4 || v.weight() != 0.25 { // two global ones predict each other, the local one both
		t.Errorf("%d pairs, weight %g", v.pairs(), v.weight())
	}
	got := make([]float32, 6)
	v.swap(got, []float32{1, 2, 10, 20}, 2)
	if want := []float32{10, 20, 1, 2, 11, 22}; !slices.Equal(got, want) {
		t.Errorf("targets %v, want %v", got, want)
	}
	for _, c := range []struct {
		v    Views
		want []int
	}{{v, []int{0, 1, 2}}, {Views{Images: 1, Global: 1, Crops: 3}, []int{1, 2}}} {
		if got := c.v.predicting(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: crops %v predict, want %v", c.v, got, c.want)
		}
	}
	two := Views{Images: 5, Global: 2, Crops: 6}
	if want := float32(1.0 / (2 * 5 * 5)); two.weight() != want {
		t.Errorf("weight %g, want %g", two.weight(), want)
	}
}

// TestHeadScales: the loss's scale multiplies every term's weight.
func TestHeadScales(t *testing.T) {
	for scale, want := range map[float32]float32{0: 0.5, 1: 0.5, 3: 1.5} {
		h := &Head{Scale: scale}
		if got := h.scaled(0.5); got != want {
			t.Errorf("scale %g makes 0.5 to %g", scale, got)
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
	v := Views{Images: 1, Global: 2, Crops: 2}
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

// The codes that SwAV assigns images are those of Sinkhorn-Knopp over these images alone.
func TestSwAVAssignsByItsCodes(t *testing.T) {
	const n, k = 6, 4
	scores := fixture.RandomUnit(10, n, k)
	o := &swav{SwAV: SwAV{Epsilon: 0.05, Iterations: 3}, k: k}
	got, want := make([]float32, n*k), make([]float32, n*k)
	if !o.Assign(got, CodeInput{Scores: scores}) {
		t.Fatal("it has no codes of its own")
	}
	sinkhorn.Sinkhorn(nil, want, scores, n, k, 0.05, 3)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
