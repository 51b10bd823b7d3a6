package encoders

import (
	"slices"
	"strings"
	"testing"

	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

func TestIdentity(t *testing.T) {
	cfg := Config{Name: "identity", Dim: 6}
	if _, err := New(cfg, Input{Height: 2, Width: 3, Channels: 3}, 1); err == nil || !strings.HasPrefix(err.Error(), "encoder.dim") {
		t.Errorf("18 values passed for 6: %v", err)
	}
	w, err := New(cfg, Input{Height: 1, Width: 6, Channels: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Params)+len(w.Stats) != 0 {
		t.Errorf("%d parameters", len(w.Params)+len(w.Stats))
	}
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	g := G.NewGraph()
	nodes, err := w.Build(graph.Input(g, "x", x, 2, 1, 6, 1), Training, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, nodes.Embedding)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Value(nodes.Embedding), x) || nodes.Features != nodes.Embedding {
		t.Errorf("embeds %v as %v", x, p.Value(nodes.Embedding))
	}
}
