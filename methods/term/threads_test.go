package term

import (
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

func TestCrossEntropyOnTeams(t *testing.T) {
	const n, k = 210, 301
	scores, targets := fixture.Uniform(n*k, "scores"), make([]float32, n*k)
	kernel.SoftmaxRows(nil, targets, fixture.Uniform(n*k, "targets"), n, k, 5)
	fixture.OnTeams(t, func(team *team.Team) []float32 { return crossEntropyAndGradient(t, team, scores, targets, n, k) })
}

func crossEntropyAndGradient(t *testing.T, team *team.Team, scores, targets []float32, n, k int) []float32 {
	t.Helper()
	g := G.NewGraph()
	s := graph.Input(g, "s", scores, n, k)
	loss, err := CrossEntropyNode(s, graph.Input(g, "q", targets, n, k), 0.1, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	grads, err := graph.Gradients(loss, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, loss, grads[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(team); err != nil {
		t.Fatal(err)
	}
	return append([]float32{p.Value(loss)[0]}, p.Value(grads[0])...)
}
