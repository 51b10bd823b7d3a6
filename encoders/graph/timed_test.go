package graph

import (
	"slices"
	"testing"
	"time"

	"protobench/internal/kernel"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestRunTimed(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Input(g, "x", []float32{1, 2}, 2)
	negative, err := Apply(Op{Kind: "negative", Out: tensor.Shape{2}, Forward: func(_ *kernel.Team, in [][]float32, out []float32) {
		for i, v := range in[0] {
			out[i] = -v
		}
	}}, x)
	must(t, err)
	broken := false
	last, err := Apply(Op{Kind: "last", Out: tensor.Shape{2}, Forward: func(_ *kernel.Team, in [][]float32, out []float32) {
		if broken {
			panic("no")
		}
		copy(out, in[0])
	}}, negative)
	must(t, err)
	p, err := Compile(g, last)
	must(t, err)
	var kinds []string
	tell := func(kind string, _ time.Duration) { kinds = append(kinds, kind) }
	must(t, p.RunTimed(nil, tell))
	if !slices.Equal(kinds, []string{"negative", "last"}) || p.Value(last)[1] != -2 {
		t.Errorf("told %v, value %v", kinds, p.Value(last))
	}
	broken = true
	if err := p.RunTimed(nil, tell); err == nil || err.Error() != "graph: last: no" {
		t.Errorf("got %v", err)
	}
}
