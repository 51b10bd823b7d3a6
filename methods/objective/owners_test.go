package objective

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// TestSeLaCodes: each row has a one for each head, at its image's label, the same for both crops.
func TestSeLaCodes(t *testing.T) {
	const b, k, heads = 3, 4, 2
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	cfg.Train.Batch, cfg.Images = b, 7
	o := newSeLa(cfg, Views{Images: b, Global: 2, Crops: 2}, 5)
	if len(o.bias.Value) != heads*k || !slices.Equal(o.bias.Shape, []int{heads * k}) || len(o.teacher) != heads*k || len(o.label) != heads*7 {
		t.Fatalf("%d biases of shape %v, %d of the teacher, %d labels", len(o.bias.Value), o.bias.Shape, len(o.teacher), len(o.label))
	}
	for i := range 7 {
		o.labels(0)[i], o.labels(1)[i] = float64(i%k), float64((2*i+1)%k)
	}
	q := make([]float32, 2*b*heads*k)
	o.codes(q, CodeInput{Step: 2}) // images 6, 0, 1
	want := [][2]int{{2, 1}, {0, 1}, {1, 3}, {2, 1}, {0, 1}, {1, 3}}
	for row, labels := range want {
		for h, label := range labels {
			for j, v := range q[(row*heads+h)*k:][:k] {
				if (v == 1) != (j == label) || v != 0 && v != 1 {
					t.Errorf("row %d, head %d: %v, want a one at %d", row, h, q[(row*heads+h)*k:][:k], label)
					break
				}
			}
		}
	}
}

// TestSeLaScores: W·z + b of all heads, whose gradients are the products' and the columns' sums.
func TestSeLaScores(t *testing.T) {
	const n, k, d = 3, 4, 2
	cfg := small(map[string]any{"prototypes.count": k / 2, "sela.heads": 2})
	o := newSeLa(cfg, Views{Images: 1, Global: 2, Crops: 3}, d)
	copy(o.bias.Value, []float32{1, 2, 3, 4})
	zs, ws, up := fixture.Uniform(n*d, "z"), fixture.Uniform(k*d, "w"), fixture.Uniform(n*k, "up")
	g := G.NewGraph()
	z, w := graph.Input(g, "z", zs, n, d), graph.Input(g, "w", ws, k, d)
	s, params, err := o.scores(z, w, true)
	if err != nil {
		t.Fatal(err)
	}
	loss := fixture.Node(t)(fixture.DotNode(s, up))
	grads, err := graph.Gradients(loss, z, params[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, append(G.Nodes{loss, s}, grads...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	scores, dz, db := make([]float32, n*k), make([]float32, n*d), make([]float32, k)
	for i := range n {
		for c := range k {
			scores[i*k+c] = float32(c + 1)
			db[c] += up[i*k+c]
			for j := range d {
				scores[i*k+c] += zs[i*d+j] * ws[c*d+j]
				dz[i*d+j] += up[i*k+c] * ws[c*d+j]
			}
		}
	}
	for name, c := range map[string][2][]float32{"scores": {p.Value(s), scores}, "dz": {p.Value(grads[0]), dz}, "db": {p.Value(grads[1]), db}} {
		if !fixture.Near(c[0], c[1]) {
			t.Errorf("%s: %v, want %v", name, c[0], c[1])
		}
	}
}

// TestSeLaClassifier: labels are found anew every relabel_epochs, and not at the first step; the
// teacher's bias follows at the step's momentum, each head's its own.
func TestSeLaClassifier(t *testing.T) {
	const k, d, heads = 3, 4, 2
	for epochs, want := range map[float64][]int{0.5: {2, 4, 6}, 1: {4}, 0.01: {1, 2, 3, 4, 5, 6, 7}} {
		cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads, "sela.relabel_epochs": epochs})
		o := newSeLa(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		learners := started(o, cfg, d)
		var at []int
		for i := range 8 {
			s := &learner.Step{Index: i, PerEpoch: 4, Found: learner.NewFound()}
			before := slices.Clone(o.labels(1))
			learners[1].Vectors().Value[0] += 3 * float32(i) // so that labels change
			learners[1].Before(s)
			changed, ok := s.Found.Values["sela.relabelled"]
			if !ok {
				continue
			}
			at = append(at, i)
			share := 0.0
			for j, l := range o.labels(1) {
				if l != before[j] {
					share += 1.0 / 64
				}
			}
			if !(math.Abs(share-changed) <= 1e-9) {
				t.Errorf("%g of the labels changed, it says %g", share, changed)
			}
		}
		if !slices.Equal(at, want) {
			t.Errorf("every %g epochs: relabelled at steps %v, want %v", epochs, at, want)
		}
	}
	cfg := small(map[string]any{"prototypes.count": k, "sela.heads": heads})
	o := newSeLa(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
	learners := started(o, cfg, d)
	for i := range o.bias.Value {
		o.bias.Value[i], o.teacher[i] = float32(i), -float32(10*i+1)
	}
	for _, p := range learners[1].Params() {
		p.Grad = make([]float32, k*d)
	}
	learners[1].After(&learner.Step{Momentum: 0.75, Found: learner.NewFound()})
	for i, v := range o.teacher {
		want := -float32(10*i + 1)
		if i >= k {
			want = 0.75*want - 0.25*float32(i)
		}
		if v != want {
			t.Errorf("the teacher's bias %d is %g, want %g", i, v, want)
		}
	}
}

// TestSelfLabelsOfEqualPredictions: the plan is there at once, and its error is 0.
func TestSelfLabelsOfEqualPredictions(t *testing.T) {
	l := newSelfLabels(nil, make([]float32, 4*2), 2, 10)
	if l.solve(nil, 0.01); l.iterations != 1 || l.err > 1e-12 {
		t.Errorf("%d iterations, error %g", l.iterations, l.err)
	}
}

// TestColumnSums adds all rows, and nothing behind the last.
func TestColumnSums(t *testing.T) {
	sum := make([]float32, 2)
	if columnSums(sum, []float32{1, 2, 3, 4, 5, 6}, make([]float64, 2)); !slices.Equal(sum, []float32{9, 12}) {
		t.Errorf("sums %v", sum)
	}
}

// TestDot64 sums all products, whatever their number.
func TestDot64(t *testing.T) {
	for n := range 10 {
		x, y, want := make([]float64, n), make([]float64, n), 0.0
		for i := range n {
			x[i], y[i] = float64(i+1), float64(2*i-3)
			want += x[i] * y[i]
		}
		if got := dot64(x, y); got != want {
			t.Errorf("%d products sum to %g, want %g", n, got, want)
		}
	}
}

// TestSMoGResets: groups are clustered anew after every n-th step, and the teacher set to the
// student then; never with n = 0.
func TestSMoGResets(t *testing.T) {
	const k, d = 3, 4
	for n, want := range map[int][]int{0: nil, 3: {2, 5}, 1: {0, 1, 2, 3, 4, 5, 6}} {
		cfg := small(map[string]any{"prototypes.count": k, "smog.reset_steps": n})
		o := newSMoG(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		l := o.Own(cfg, learner.RandomHeads(1, 1, k, d), d)[0]
		var at []int
		for i := range 7 {
			copy(o.moved, fixture.RandomUnit(uint64(i), k, d))
			s := &learner.Step{Index: i, Found: learner.NewFound()}
			s.Z[part.Student] = fixture.RandomUnit(uint64(20+i), 2*cfg.Train.Batch, d)
			l.After(s)
			if s.Found.CopyStudent {
				at = append(at, i)
			} else if !slices.Equal(l.Vectors().Value, o.moved) {
				t.Errorf("step %d: the groups are not where they moved", i)
			}
		}
		if !slices.Equal(at, want) {
			t.Errorf("reset_steps %d: reset at %v, want %v", n, at, want)
		}
		onsets := smogPart().Onsets(cfg)
		if (len(onsets) > 0) != (n > 0) || n > 0 && onsets[0].Epoch != float64(n-1)/4 {
			t.Errorf("reset_steps %d: sets in at %v", n, onsets)
		}
	}
}

// TestSMoGMoves: a group moves by a share of the mean of the projections nearest to it, of both
// crops, and each of them gets its part of the group's gradient.
func TestSMoGMoves(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "smog.momentum": 0.75})
	o := newSMoG(cfg, Views{Images: 2, Global: 2, Crops: 2}, 2)
	up := []float32{1, 2, 3, 4, 5, 6}
	g := G.NewGraph()
	z := graph.Input(g, "z", []float32{2, 1, 0, 3, 4, -1, 1, 0}, 4, 2) // the first, third and fourth for the first group
	groups := fixture.Node(t)(graph.StopGradient(graph.Input(g, "groups", []float32{1, 0, 0, 2, -1, 0}, 3, 2)))
	moved := fixture.Node(t)(o.move(z, groups))
	loss := fixture.Node(t)(fixture.DotNode(moved, up))
	p, grads := fixture.Run(t, g, loss, z)
	if want := []float32{0.75 + 0.25*7/3, 0, 0, 2.25, -1, 0}; !fixture.Near(o.moved, want) {
		t.Errorf("groups %v, want %v", o.moved, want)
	}
	first, second := []float32{0.25 / 3, 0.5 / 3}, []float32{0.25 * 3, 0.25 * 4}
	if want := slices.Concat(first, second, first, first); !fixture.Near(p.Value(grads[0]), want) {
		t.Errorf("gradient %v, want %v", p.Value(grads[0]), want)
	}
}

// TestPredictorStarts: weights uniform within ±1/√(inputs), norms at 1, biases at 0.
func TestPredictorStarts(t *testing.T) {
	for i, p := range newPredictor(1, 64, 32) {
		largest, square := 0.0, 0.0
		for _, v := range p.Value {
			largest, square = max(largest, math.Abs(float64(v))), square+float64(v*v)/float64(len(p.Value))
		}
		want, bound := 1/math.Sqrt(float64(p.Shape[0])), 1.0001
		switch i {
		case 1:
			want = math.Sqrt(3)
		case 2, 4:
			want = 0
		}
		if !(math.Abs(math.Sqrt(3*square)-want) <= 0.05*want) || i%3 == 0 && (largest > bound*want || largest < 0.98*want) {
			t.Errorf("%s has √3·σ %g and goes up to %g, want %g", p.Name, math.Sqrt(3*square), largest, want)
		}
	}
}

// TestPCLWhen: centroids are clustered at the start of epochs, from the end of the warm-up on,
// never before the first step.
func TestPCLWhen(t *testing.T) {
	for warmup, want := range map[float64][]int{0: {4, 8}, 1: {4, 8}, 1.5: {8}, 2: {8}} {
		const k, d = 4, 3
		cfg := small(map[string]any{"prototypes.count": k, "pcl.warmup_epochs": warmup, "pcl.sets": 2})
		o := newPCL(cfg, Views{Images: cfg.Train.Batch, Global: 2, Crops: 2}, d)
		l := o.Own(cfg, learner.RandomHeads(1, 1, k, d), d)[0]
		var at []int
		for i := range 10 {
			s := &learner.Step{Index: i, PerEpoch: 4, Epoch: float64(i) / 4, Found: learner.NewFound()}
			s.Z[part.Teacher] = fixture.RandomUnit(uint64(i), 2*cfg.Train.Batch, d)
			o.ready[0] = 0
			if l.Before(s); o.ready[0] == 1 {
				at = append(at, i)
			}
			if o.step != i {
				t.Errorf("step %d is taken for %d", i, o.step)
			}
			l.After(s)
		}
		if !slices.Equal(at, want) {
			t.Errorf("warm-up of %g epochs: clustered at %v, want %v", warmup, at, want)
		}
		var names []string
		for _, e := range o.State("") {
			names = append(names, e.Name)
		}
		if !slices.Contains(names, "set0.phi") || !slices.Contains(names, "set1.phi") {
			t.Errorf("entries %v", names)
		}
	}
}

// TestPCLClustersOfTheBatch: an image has the cluster that the bank gave it, the first as well as
// others; one that has none gets the nearest to its own key.
func TestPCLClustersOfTheBatch(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 2, "pcl.sets": 1})
	cfg.Train.Batch, cfg.Images = 3, 3
	o := newPCL(cfg, Views{Images: 3, Global: 2, Crops: 2}, 2)
	s := o.sets[0]
	copy(s.centroids, []float32{1, 0, 0, 1})
	copy(s.cluster, []float64{0, -1, -1})
	if got := o.clusters(s, []float32{0, 1, 1, 0, 0, 1}); !slices.Equal(got, []int{0, 0, 1}) {
		t.Errorf("clusters %v", got)
	}
}

// TestInfoNCE computes the loss of two views by hand: each is the other's query, among past keys.
func TestInfoNCE(t *testing.T) {
	const b, d, r, tau = 2, 3, 4, 0.5
	cfg := small(map[string]any{"prototypes.count": 2, "pcl.sets": 1, "pcl.negatives": r, "pcl.temperature": tau})
	v := Views{Images: b, Global: 2, Crops: 2}
	o := newPCL(cfg, v, d)
	z, keys := fixture.RandomUnit(1, 2*b, d), fixture.RandomUnit(2, 2*b, d)
	h := NewHead(o, Traits{Targets: part.Teacher}, v, 2, 1, false)
	h.Input.Z = keys
	l := newPCLLoss(o, h)
	got := float64(l.value(nil, z))
	dot := func(x []float32, i int, y []float32, j int) (s float64) {
		for c := range d {
			s += float64(x[i*d+c]) * float64(y[j*d+c])
		}
		return s / tau
	}
	var want float64
	for crop := range 2 {
		for i := range b {
			query, own := crop*b+i, (1-crop)*b+i
			sum := math.Exp(dot(z, query, keys, own))
			for j := range r {
				sum += math.Exp(dot(z, query, o.queue.Value, j))
			}
			want += (math.Log(sum) - dot(z, query, keys, own)) / (2 * b)
		}
	}
	if !(math.Abs(got-want) <= 1e-5) {
		t.Errorf("loss %g, want %g", got, want)
	}
}

// TestChecksOfBlocks: blocks that compare nothing, or that there are too few of, are refused.
func TestChecksOfBlocks(t *testing.T) {
	for _, c := range []struct {
		objective, block, of string
		size, most           int
		refused              bool
	}{
		{"carp", "carp.block", "prototypes.count", 9, 8, true}, {"carp", "carp.block", "prototypes.count", 8, 8, false}, {"carp", "carp.block", "prototypes.count", 0, 8, false},
		{"carp", "carp.block", "prototypes.count", 1, 8, true}, {"carp", "carp.block", "prototypes.count", 2, 8, false},
		{"massl", "massl.block", "massl.memory", 9, 8, true}, {"massl", "massl.block", "massl.memory", 8, 8, false},
	} {
		d, _ := Find(c.objective)
		errs := d.Check(small(map[string]any{c.block: c.size, c.of: c.most}))
		if (len(errs) > 0) != c.refused || c.refused && errs[0].Key != c.block {
			t.Errorf("%+v: %v", c, errs)
		}
	}
}

// TestOwners are the objectives that bring their own learner.
func TestOwners(t *testing.T) {
	for _, d := range Declarations() {
		if want := slices.Contains([]string{"smog", "pcl", "sela", "massl", "lejepa", "sop"}, d.Name); d.Owns() != want {
			t.Errorf("%s owns its prototypes: %v", d.Name, d.Owns())
		}
	}
}

// TestDINOsScores are inner products, of weight-normalised prototypes, or with vMF scores of
// prototypes of any length with a center of their own.
func TestDINOsScores(t *testing.T) {
	v := Views{Images: 1, Global: 2, Crops: 2}
	for scores, is := range map[string]struct{ lengths, vmf bool }{"cosine": {}, "vmf": {true, true}, "linear": {lengths: true}} {
		cfg := small(map[string]any{"dino.scores": scores, "prototypes.count": 3})
		d, _ := Find("dino")
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
		s, _, err := o.scores(z, c, true)
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

// TestDeepClusterAverages: a crop's target is the mean of the labels that it predicts, one more for
// local crops.
func TestDeepClusterAverages(t *testing.T) {
	o := newDeepCluster(DeepCluster{Heads: 2}, Views{Images: 1, Global: 3, Crops: 5}, 2)
	g := G.NewGraph()
	sums := slices.Repeat([]float32{6}, 5*2*2)
	n := fixture.Node(t)(o.average(graph.Input(g, "targets", sums, 5, 4)))
	p, err := graph.Compile(g, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for i, v := range p.Value(n) {
		if want := map[bool]float32{true: 3, false: 2}[i < 3*4]; v != want {
			t.Errorf("target %d is %g, want %g", i, v, want)
		}
	}
}

// TestPatchesHaveRoom for as many hidden patches as there can be, in all views.
func TestPatchesHaveRoom(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "ibot.mask_ratio": 0.3, "ibot.mask_spread": 0.2})
	cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 2, Heads: 3, Dim: 4}
	o := newIBOT(cfg, Views{Images: 2, Global: 2, Crops: 2}, 4)
	p := o.patches
	if p.N != 4 || p.Each != 16 || p.temperature != 0.1 {
		t.Fatalf("%d views of %d patches at temperature %g", p.N, p.Each, p.temperature)
	}
	masks := make([]float32, 4*16)
	for i := range masks {
		if i%16 < 8 {
			masks[i] = 1
		}
	}
	p.Prepare(nil, fixture.RandomUnit(1, 4*16, 4), fixture.RandomUnit(2, 3, 4), masks, 0)
	var mass float64
	for _, v := range p.targets {
		mass += float64(v)
	}
	if !(math.Abs(mass-1) <= 1e-5) { // 32 rows of mass 1, each over 8 patches and 4 views
		t.Errorf("all targets sum to %g", mass)
	}
}

// TestMaSSLGradientScales with the gradient that comes from above.
func TestMaSSLGradientScales(t *testing.T) {
	v := Views{Images: 2, Global: 2, Crops: 2}
	cfg := small(map[string]any{"massl.memory": 6, "massl.block": 3})
	scores := fixture.Uniform(4*6, "student")
	var grads [2][]float32
	for i, weight := range []float32{1, 4} {
		o := newMaSSL(cfg, v)
		o.shuffle(1)
		q := make([]float32, 4*6)
		o.targets(q, CodeInput{Scores: fixture.Uniform(4*6, "teacher")})
		g := G.NewGraph()
		x := graph.Input(g, "s", scores, 4, 6)
		h := &Head{Views: v, K: 6, Temperature: 0.5}
		loss := fixture.Node(t)(o.loss(h, x, graph.Input(g, "q", q, 4, 6)))
		p, gs := fixture.Run(t, g, fixture.Node(t)(graph.Sum([]float32{weight}, loss)), x)
		grads[i] = slices.Clone(p.Value(gs[0]))
	}
	for i, g := range grads[0] {
		if !(math.Abs(float64(grads[1][i]-4*g)) <= 1e-6) || math.Abs(float64(g)) < 1e-9 {
			t.Errorf("entry %d: %g, or %g from four times as much", i, g, grads[1][i])
		}
	}
}

// TestCARPOnTeams: sums over many rows, prototypes and blocks are the same for any number of
// threads, and the entropy term is that of its formula.
func TestCARPOnTeams(t *testing.T) {
	const b, k, block = 40, 330, 100
	v := Views{Images: b, Global: 2, Crops: 3}
	student, teacher := fixture.Uniform(3*b*k, "student"), fixture.Uniform(2*b*k, "teacher")
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		o := newCARP(small(map[string]any{"prototypes.count": k, "carp.block": block}), v)
		q := make([]float32, len(teacher))
		o.codes(q, CodeInput{Scores: teacher, Step: 2, Team: team})
		l := newCARPLoss(o, q, 0, 1)
		g := G.NewGraph()
		x := graph.Input(g, "s", student, 3*b, k)
		loss := fixture.Node(t)(l.node(x, graph.Input(g, "q", make([]float32, 3*b*k), 3*b, k)))
		grads, err := graph.Gradients(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, append(G.Nodes{loss}, grads...)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(team); err != nil {
			t.Fatal(err)
		}
		var want float64
		for at := 0; at < 3*block; at += block {
			members := o.order[at:][:block]
			mean := make([]float64, block)
			for _, rows := range [][]float32{student, teacher} {
				for lo := 0; lo < len(rows); lo += k {
					var sum float64
					for _, m := range members {
						sum += math.Exp(float64(rows[lo+m]))
					}
					for i, m := range members {
						mean[i] += math.Exp(float64(rows[lo+m])) / sum / (5 * b)
					}
				}
			}
			want += math.Log(block) / 3
			for _, m := range mean {
				want += m * math.Log(m) / 3
			}
		}
		if got := float64(p.Value(loss)[0]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("entropy term %g, want %g", got, want)
		}
		return append(slices.Clone(p.Value(grads[0])), p.Value(loss)[0])
	})
}

// TestOnsetsSay what a run lacks that ends before.
func TestOnsetsSay(t *testing.T) {
	c := small(map[string]any{"dino.warmup_teacher_temperature": 0.04, "dino.teacher_temperature": 0.08, "dino.warmup_teacher_epochs": 9})
	if o := teacherWarmup(c); len(o) != 1 || !strings.Contains(o[0].Missed, "ends at 0.055, short of 0.08") { // 4 epochs: 3/8 of the way
		t.Errorf("says %v", o)
	}
}

// TestIBOTAddsPatches: the loss is that of the class tokens and that of the hidden patches.
func TestIBOTAddsPatches(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 3, "ibot.patch_weight": 2})
	cfg.Encoder = encoders.Config{Name: "vit", Width: 2, Depth: 1, Patch: 4, Heads: 3, Dim: 5}
	v := Views{Images: 2, Global: 2, Crops: 2}
	d, _ := Find("ibot")
	o := newIBOT(cfg, v, 5)
	h := NewHead(o, d.Traits(cfg.Settings), v, 3, 0.1, true)
	c, masks := fixture.RandomUnit(1, 3, 5), []float32{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0}
	h.Patches.Prepare(nil, fixture.RandomUnit(2, 16, 5), c, masks, 0)
	h.Take(CodeInput{Scores: fixture.Uniform(4*3, "teacher")})
	run := func() float64 {
		g := G.NewGraph()
		z, zp := graph.Input(g, "z", fixture.RandomUnit(3, 4, 5), 4, 5), graph.Input(g, "zp", fixture.RandomUnit(4, 16, 5), 16, 5)
		loss := fixture.Node(t)(h.Build(z, zp, graph.Input(g, "c", c, 3, 5)))
		p, _ := fixture.Run(t, g, loss, z)
		return float64(p.Value(loss)[0])
	}
	both, patches := run(), o.patches.Value
	h.Patches = nil
	if alone := run(); patches <= 0 || !(math.Abs(both-alone-patches) <= 1e-5) {
		t.Errorf("loss %g, of class tokens %g, of patches %g", both, alone, patches)
	}
}

// TestSMoGBuilds scores of predictions and moved groups: cosines.
func TestSMoGBuilds(t *testing.T) {
	v := Views{Images: 2, Global: 2, Crops: 2}
	cfg := small(map[string]any{"prototypes.count": 3})
	o := newSMoG(cfg, v, 5)
	h := NewHead(o, Traits{Targets: part.Teacher}, v, 3, 0.1, false)
	h.Take(CodeInput{Scores: fixture.Uniform(4*3, "teacher")})
	g := G.NewGraph()
	z := graph.Input(g, "z", fixture.Uniform(4*5, "z"), 4, 5)
	loss := fixture.Node(t)(h.Build(z, nil, fixture.Node(t)(graph.StopGradient(graph.Input(g, "c", fixture.RandomUnit(1, 3, 5), 3, 5)))))
	p, err := graph.Compile(g, loss, h.S)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.Value(h.S) {
		if !(math.Abs(float64(s)) <= 1.00001) {
			t.Errorf("score %d is %g", i, s)
		}
	}
	if len(h.Extra) != 5 || !(p.Value(loss)[0] > 0) {
		t.Errorf("%d parameters, loss %g", len(h.Extra), p.Value(loss)[0])
	}
}
