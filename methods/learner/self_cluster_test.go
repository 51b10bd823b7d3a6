package learner

import (
	"math"
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
)

// stirred is a self-cluster learner with numbers in all that it keeps.
func stirred() *selfCluster {
	m := newSelfCluster(small(nil), placed([]float32{1, 0, 0, -1}, 2))
	for i := range 2 {
		m.bias.Value[i] = float32(i + 1)
	}
	for _, p := range m.own() {
		for s, slot := range m.optimizer.Slots(p) {
			for i := range slot {
				slot[i] = float32(10*s + i + 1)
			}
		}
	}
	m.optimizer.Steps()[0] = 7
	return m
}

// TestSelfClusterMoves: a prototype that is put elsewhere has the norm √D and no bias, its momenta
// are forgotten and its second moments the mean of all; the others keep what they have.
func TestSelfClusterMoves(t *testing.T) {
	m := stirred()
	m.Move(1, []float32{0.6, 0.8})
	root := float32(math.Sqrt2)
	if want := []float32{root, 0, 0.6 * root, 0.8 * root}; !fixture.Near(m.weight.Value, want) {
		t.Errorf("weights %v, want %v", m.weight.Value, want)
	}
	if want := []float32{1, 0}; !slices.Equal(m.bias.Value, want) {
		t.Errorf("biases %v, want %v", m.bias.Value, want)
	}
	for name, c := range map[string]struct{ got, want []float32 }{
		"weight's momentum":      {m.optimizer.Slots(m.weight)[0], []float32{1, 2, 0, 0}},
		"weight's second moment": {m.optimizer.Slots(m.weight)[1], []float32{11, 12, 12.5, 12.5}},
		"bias's momentum":        {m.optimizer.Slots(m.bias)[0], []float32{1, 0}},
		"bias's second moment":   {m.optimizer.Slots(m.bias)[1], []float32{11, 11.5}},
		"prototypes":             {m.P.Value, []float32{1, 0, 0.6, 0.8}},
		"as they are seen":       {m.P.Effective[1], []float32{1, 0, 0.6, 0.8}},
	} {
		if !fixture.Near(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// TestSelfClusterAdopts: prototypes that it takes over have the norm √D in their directions, no
// bias and no history.
func TestSelfClusterAdopts(t *testing.T) {
	m := stirred()
	copy(m.P.Value, []float32{0, 1, 0.6, 0.8})
	m.Adopt()
	root := float32(math.Sqrt2)
	if want := []float32{0, root, 0.6 * root, 0.8 * root}; !fixture.Near(m.weight.Value, want) || !slices.Equal(m.bias.Value, []float32{0, 0}) {
		t.Errorf("weights %v, want %v, biases %v", m.weight.Value, want, m.bias.Value)
	}
	for _, p := range m.own() {
		for _, slot := range m.optimizer.Slots(p) {
			if slices.Max(slot) != 0 {
				t.Errorf("%s: the optimizer remembers %v", p.Name, slot)
			}
		}
	}
	if m.optimizer.Steps()[0] != 0 {
		t.Errorf("%g steps remembered", m.optimizer.Steps()[0])
	}
}

// TestSelfClusterSteps computes the first step by hand. AdamW's first step moves every number by
// the rate against its gradient's sign, and decays the weights alone. The gradient is that of the
// cross-entropy to the Sinkhorn targets.
func TestSelfClusterSteps(t *testing.T) {
	const lr, decay = 0.05, 0.2
	cfg := small(map[string]any{"self-cluster.lr": lr, "self-cluster.weight_decay": decay})
	m := newSelfCluster(cfg, placed([]float32{0.8, 0.6, 0, -1}, 2))
	weight := slices.Clone(m.weight.Value)
	in := &Step{Found: NewFound()}
	in.Z[1] = []float32{1, 0, 0.6, 0.8, 0.8, -0.6}
	m.Before(in)
	sign := func(g float32) float64 { return math.Copysign(1, float64(g)) }
	for i, w := range weight {
		if want, got := float64(w)*(1-lr*decay)-lr*sign(m.weight.Grad[i]), float64(m.weight.Value[i]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("weight %d is %g, want %g", i, got, want)
		}
	}
	for i, g := range m.bias.Grad {
		if want, got := -lr*sign(g), float64(m.bias.Value[i]); !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("bias %d is %g, want %g", i, got, want)
		}
	}
	for k := range 2 {
		row := m.weight.Value[2*k:][:2]
		n := math.Hypot(float64(row[0]), float64(row[1]))
		if want := []float32{float32(float64(row[0]) / n), float32(float64(row[1]) / n)}; !fixture.Near(m.P.Effective[1][2*k:][:2], want) {
			t.Errorf("prototype %d is at %v, want %v", k, m.P.Effective[1][2*k:], want)
		}
	}
	// The loss at the start against its definition, with the targets that it has found.
	var loss float64
	m = newSelfCluster(cfg, placed([]float32{0.8, 0.6, 0, -1}, 2))
	got := m.gradient(nil, in.Z[1])
	for i := range 3 {
		var l [2]float64
		for k := range l {
			l[k] = (float64(in.Z[1][2*i])*float64(weight[2*k]) + float64(in.Z[1][2*i+1])*float64(weight[2*k+1])) / 0.12
		}
		lse := math.Log(math.Exp(l[0]) + math.Exp(l[1]))
		for k, v := range l {
			loss -= float64(m.targets[2*i+k]) * (v - lse) / 3
		}
	}
	if !(math.Abs(got-loss) <= 1e-5*math.Abs(loss)) || in.Found.Values["self-cluster.loss"] != got {
		t.Errorf("loss %g, want %g; noted as %g", got, loss, in.Found.Values["self-cluster.loss"])
	}
}

// TestSelfClusterOfMany: with more prototypes than a task takes, each bias has the gradient of its
// own logits, and so has each weight: the softmax of the logits less the targets, a mean over the
// embeddings.
func TestSelfClusterOfMany(t *testing.T) {
	const k, d, n = 20000, 2, 3
	m := newSelfCluster(small(nil), placed(fixture.RandomUnit(1, k, d), d))
	z := fixture.RandomUnit(2, n, d)
	m.gradient(nil, z)
	bias, weight := make([]float64, k), make([]float64, k*d)
	for i := range n {
		p, sum := make([]float64, k), 0.0
		for c := range p {
			for j := range d {
				p[c] += float64(z[i*d+j]) * float64(m.weight.Value[c*d+j])
			}
			p[c] = math.Exp(p[c] / 0.12)
			sum += p[c]
		}
		for c := range p {
			g := (p[c]/sum - float64(m.targets[i*k+c])) / (0.12 * n)
			bias[c] += g
			for j := range d {
				weight[c*d+j] += g * float64(z[i*d+j])
			}
		}
	}
	for c, want := range bias {
		if got := float64(m.bias.Grad[c]); !(math.Abs(got-want) <= 1e-6) {
			t.Fatalf("bias %d has the gradient %g, want %g", c, got, want)
		}
	}
	for c, want := range weight {
		if got := float64(m.weight.Grad[c]); !(math.Abs(got-want) <= 1e-6) {
			t.Fatalf("weight %d has the gradient %g, want %g", c, got, want)
		}
	}
}
