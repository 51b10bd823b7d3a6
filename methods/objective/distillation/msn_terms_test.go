package distillation

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"protobench/encoders/graph"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
)

// TestMSNSharpens: targets are the teacher's softmax to the power 1/T over its sum, balanced on
// demand.
func TestMSNSharpens(t *testing.T) {
	const n, k = 6, 4
	scores := fixture.Uniform(n*k, "scores")
	want := fixture.SoftmaxOf(scores, nil, k, 0.5)
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
	if newMSN(MSN{Sharpen: 0.25}, k, 0.5).Codes(got, objective.CodeInput{Scores: scores}); !fixture.Near(got, want) {
		t.Errorf("targets %v, want %v", got, want)
	}
	sinkhorn.Balance(nil, want, n, k, 2)
	if newMSN(MSN{Sharpen: 0.25, Sinkhorn: true, Iterations: 2}, k, 0.5).Codes(got, objective.CodeInput{Scores: scores}); !fixture.Near(got, want) {
		t.Errorf("balanced targets %v, want %v", got, want)
	}
}

// TestMSNTerms: the loss is the cross-entropy with each other term by its weight, all at the
// temperature of both branches, and all of it by the head's scale.
func TestMSNTerms(t *testing.T) {
	const n, k, temperature = 4, 3, 0.4
	scores, targets := fixture.Uniform(n*k, "scores"), fixture.SoftmaxOf(fixture.Uniform(n*k, "targets"), nil, k, 1)
	p := fixture.SoftmaxOf(scores, nil, k, temperature)
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
		v := objective.Views{Images: n / 2, Global: 2, Crops: 2}
		o := newMSN(MSN{MeMax: c.meMax, Entropy: c.entropy}, k, temperature)
		h := objective.NewHead(o, objective.Traits{Targets: part.Teacher}, v, k, temperature, false)
		h.Scale = float32(c.scale)
		g := G.NewGraph()
		loss := fixture.Node(t)(o.Loss(h, graph.Input(g, "s", scores, n, k), graph.Input(g, "q", targets, n, k)))
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
