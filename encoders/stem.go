package encoders

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// Conv7x7 convolves images in maps x [N,H+2,W+2,In] (see [Pad]) with w [7,7,In,Out], stride 2, zero
// padding 3, no bias: the first convolution of networks for large images (He et al. 2016). No
// gradient flows to x.
func Conv7x7(x, w *G.Node) (*G.Node, error) {
	from, ws := read(x), w.Shape()
	if from.maps.Halo == 0 || len(ws) != 4 || from.maps.Channels != ws[2] || ws[0] != 7 || ws[1] != 7 {
		return nil, fmt.Errorf("encoders: a 7×7 convolution of %v with weights %v", x.Shape(), ws)
	}
	return newConvolution("conv7x7", from, w, false, kernel.NewStem(from.maps, ws[3]))
}

// MaxPool takes the largest of each 3×3 pixels of maps behind a ReLU, x [N,H+2,W+2,C] or what
// [deferNorm] gives, with stride 2 and padding 1: [N,(H-1)/2+3,(W-1)/2+3,C].
func MaxPool(x *G.Node) (*G.Node, error) {
	from := read(x)
	if from.norm == nil || !from.norm.relu {
		return nil, fmt.Errorf("encoders: a max-pool of %v, which is behind no norm with ReLU that it can apply", x.Shape())
	}
	p := kernel.NewMaxPool(from.maps)
	return graph.Apply(graph.Op{
		Kind: "max-pool", Out: shapeOf(p.Output()), Halo: true, Diff: from.diff(true),
		Forward: func(team *team.Team, in [][]float32, y []float32) { p.Forward(team, y, from.normed(in)) },
		Backward: func(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			p.Remember()
			forward, err := graph.After(out)
			if err != nil {
				return nil, err
			}
			dx, err := graph.Apply(graph.Op{
				Kind: "max-pool-grad", Out: shapeOf(from.maps), Halo: true,
				Forward: func(team *team.Team, v [][]float32, dx []float32) { p.Backward(team, dx, v[0]) },
			}, grad, forward)
			return from.grads(dx), err
		},
	}, from.operands...)
}

// stem is the first layers of a resnet: by encoder.stem those for small images, a 3×3 convolution,
// or those of the paper, a 7×7 convolution of stride 2 and a max-pool.
func (b *builder) stem(cfg Config, in, ch int) error {
	if cfg.Stem != stemLarge {
		if err := b.conv("stem.conv", in, ch, cfg.StemStride, false); err != nil {
			return err
		}
		if err := b.apply(recomputed); err != nil {
			return err
		}
		return b.deferredNorm("stem.norm", ch, true)
	}
	w := b.param("stem.conv.weight", uniform(49*in), 7, 7, in, ch)
	if err := b.apply(func(x *G.Node) (*G.Node, error) { return Conv7x7(x, w) }); err != nil {
		return err
	}
	if err := b.deferredNorm("stem.norm", ch, true); err != nil {
		return err
	}
	return b.apply(MaxPool)
}
