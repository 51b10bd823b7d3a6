package methods

import (
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// TestGoldenLastLayer checks DINO's weight-normalised last layer, as the arm's own nodes make it:
// logits and the gradient through the norm, at lengths that training has moved away from 1. The
// head before it belongs to package encoders.
func TestGoldenLastLayer(t *testing.T) {
	for _, name := range []string{"dino_head", "dino_head_free_g"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["weight_v"])
			g := G.NewGraph()
			x := graph.Input(g, "x", golden.Float32s(f.Inputs["x"]), golden.Shape(f.Inputs["x"])...)
			for i, layer := range []string{"mlp0", "mlp1", "mlp2"} {
				in := golden.Shape(f.Inputs[layer+"_weight"])
				w := graph.Input(g, layer, transposed(golden.Float32s(f.Inputs[layer+"_weight"]), in[0], in[1]), in[1], in[0])
				b := graph.Input(g, layer+" bias", golden.Float32s(f.Inputs[layer+"_bias"]), in[0])
				if i < 2 {
					x = fixture.Node(t)(encoders.LinearGELU(x, w, b))
				} else {
					x = fixture.Node(t)(encoders.Linear(x, w, b, false, true))
				}
			}
			cfg := testConfig(t, "dino")
			cfg.Encoder.Dim = s[1]
			cfg.Settings.MustSet("prototypes.count", s[0])
			a := newHost(cfg, objective.Views{Images: 2, Global: 2, Crops: 2}, s[1])
			copy(a.learners[0].Vectors().Value, golden.Float32s(f.Inputs["weight_v"]))
			v, c, err := a.nodes(g)
			if err != nil {
				t.Fatal(err)
			}
			logits := fixture.Node(t)(term.ScoresNode(fixture.Node(t)(encoders.Normalize(x)), c, true))
			loss := fixture.Node(t)(fixture.DotNode(logits, golden.Float32s(f.Inputs["grad_out"])))
			grads, err := graph.Gradients(loss, v)
			if err != nil {
				t.Fatal(err)
			}
			p, err := graph.Compile(g, append(G.Nodes{loss, logits}, grads...)...)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(nil); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, f, "logits", p.Value(logits), f.Expected["logits"])
			golden.Check(t, f, "grad_weight_v", p.Value(grads[0]), f.Expected["grad_weight_v"])
		})
	}
}

func transposed(x []float32, rows, cols int) []float32 {
	out := make([]float32, len(x))
	for i := range rows {
		for j := range cols {
			out[j*rows+i] = x[i*cols+j]
		}
	}
	return out
}

// TestTeacherScores: the product of the teacher's embeddings and prototypes is made where codes are
// made of it, and there alone; whatever the objective keeps of a step's embeddings it gets in any
// case.
func TestTeacherScores(t *testing.T) {
	for preset, want := range map[string]bool{"dino": true, "carp": true, "smog": true, "massl": true, "sop": false, "lejepa": false, "swav": false, "sela": false, "pcl": false} {
		cfg := testConfig(t, preset)
		tr := start(t, cfg)
		steps(t, tr, batches(cfg), 1)
		if got := tr.host.scores != nil; got != want {
			t.Errorf("%s: scores made: %v", preset, got)
		}
		if preset == "lejepa" { // it has no targets
			continue
		}
		if in := tr.host.head.Input; len(in.Z) != 2*cfg.Train.Batch*cfg.Encoder.Dim || (in.Scores != nil) != (preset != "pcl" && preset != "sop") {
			t.Errorf("%s: %d numbers of embeddings, %d of scores", preset, len(in.Z), len(in.Scores))
		}
		if preset != "pcl" {
			continue
		}
		if next := fixture.Entry(t, tr.host.objective, "queue.next").F64[0]; next != float64(cfg.Train.Batch%cfg.Settings.Int("pcl.negatives")) {
			t.Errorf("pcl: the queue is at %g after a batch", next)
		}
	}
}
