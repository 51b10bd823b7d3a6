package clustering

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/part"
)

func TestGoldenSwAV(t *testing.T) {
	for _, name := range []string{"swav_loss", "swav_loss_queue"} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{"grad_features", "grad_z"} { // the gradient is taken at an input of the graph
				goldenSwAV(t, golden.Load(t, name), at)
			}
		})
	}
}

func goldenSwAV(t *testing.T, f *golden.File, at string) {
	fs, cs := golden.Shape(f.Inputs["features"]), golden.Shape(f.Inputs["C_raw"])
	v := objective.Views{Images: fs[1], Global: int(fixture.Num(t, f.Params, "global_crops")), Crops: fs[0]}
	d, k := fs[2], cs[0]
	set := SwAV{Epsilon: fixture.Num(t, f.Params, "epsilon"), Iterations: int(fixture.Num(t, f.Params, "sinkhorn_iterations")), Targets: "student"}
	if q, ok := f.Inputs["queue"]; ok {
		set.Queue = golden.Shape(q)[1]
	}
	o := newSwAV(set, v, k, d)
	if set.Queue > 0 {
		past := golden.Float32s(f.Inputs["queue"])
		for g, q := range o.queues {
			q.PushFront(past[g*set.Queue*d:][:set.Queue*d])
		}
	}
	c := golden.Float32s(f.Inputs["C_raw"])
	kernel.NormalizeRows(c, c, k, d, nil)
	golden.Check(t, f, "C", c, f.Expected["C"])
	g := G.NewGraph()
	feats := graph.Input(g, "features", golden.Float32s(f.Inputs["features"]), v.Crops*v.Images, d)
	z := fixture.Node(t)(encoders.Normalize(feats))
	if at == "grad_z" {
		z = graph.Input(g, "z", golden.Float32s(f.Expected["z"]), v.Crops*v.Images, d)
		feats = z
	}
	h := objective.NewHead(o, objective.Traits{Targets: part.Student}, v, k, fixture.Num(t, f.Params, "temperature"), true)
	prototypes := graph.Input(g, "C", c, k, d)
	loss, err := h.Build(z, nil, prototypes)
	if err != nil {
		t.Fatal(err)
	}
	p, grads := fixture.Run(t, g, loss, feats, prototypes)
	golden.Check(t, f, "codes", h.Codes, f.Expected["codes"])
	golden.Check(t, f, "loss", p.Value(loss), f.Expected["loss"])
	golden.Check(t, f, at, p.Value(grads[0]), f.Expected[at])
	golden.Check(t, f, "grad_C", p.Value(grads[1]), f.Expected["grad_C"])
	if set.Queue > 0 {
		h.After()
		var after []float32
		for _, q := range o.queues {
			after = append(after, q.Value...)
		}
		golden.Check(t, f, "queue_after", after, f.Expected["queue_after"])
	}
}
