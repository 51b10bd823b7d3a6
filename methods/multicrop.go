package methods

import (
	"fmt"
	"slices"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Local returns the shape of the local crops of images of a shape.
func (t Train) Local(in encoders.Input) encoders.Input {
	if t.LocalSize > 0 {
		return encoders.Input{Height: t.LocalSize, Width: t.LocalSize, Channels: in.Channels}
	}
	return encoders.Input{Height: max(1, in.Height/2), Width: max(1, in.Width/2), Channels: in.Channels}
}

// multiCrop lists the objectives that take local crops (Caron et al. 2020, sec. 3.2): each crop predicts the targets of every view
// but itself, which is what the official codes of these do.
var multiCrop = [...]string{"swav", "dino", "ibot", "carp", "msn", "deepcluster"}

// localCrops refuses local crops where the objective or the encoder has no use for them.
func (c Config) localCrops() error {
	if c.Train.LocalCrops == 0 {
		return nil
	}
	if o := c.Composition.Objective; !slices.Contains(multiCrop[:], o) {
		return fmt.Errorf("train.local_crops: objective %q compares two views of one size and has no use for local crops; set 0", o)
	}
	if c.Encoder.Name == "mlp" || c.Encoder.Name == "identity" {
		return fmt.Errorf("train.local_crops: encoder %s reads whole images and no smaller crops; take another encoder or set 0", c.Encoder.Name)
	}
	if c.Input.Height == 0 { // nothing is known of the images yet
		return nil
	}
	in := c.Train.Local(c.Input)
	if in.Height > c.Input.Height || in.Width > c.Input.Width {
		return fmt.Errorf("train.local_size: %d is more than the images' %d×%d pixels; take a smaller crop", c.Train.LocalSize, c.Input.Height, c.Input.Width)
	}
	if err := c.Encoder.Fits(in, c.Input); err != nil {
		return fmt.Errorf("train.local_size: crops of %d×%d pixels do not fit the encoder: %w", in.Height, in.Width, err)
	}
	return nil
}

// values is the number of values of n images of a shape.
func values(n int, in encoders.Input) int { return n * in.Height * in.Width * in.Channels }

// crops adds the student's second forward pass, on the local crops, to its first: embeddings of all crops [crops·B,D], crop by
// crop. Both passes share every parameter, and batch norms have statistics for each size of their own.
func (t *Trainer) crops(global *encoders.Nodes) (*G.Node, error) {
	if len(t.local) == 0 {
		return global.Embedding, nil
	}
	in := t.cfg.Train.Local(t.cfg.Input)
	local, err := global.Again(t.local, t.cfg.Train.LocalCrops*t.cfg.Train.Batch, in.Height, in.Width, in.Channels)
	if err != nil {
		return nil, err
	}
	return concatNode(global.Embedding, local.Embedding)
}

// concatNode puts the rows of b [M,D] under those of a [N,D].
func concatNode(a, b *G.Node) (*G.Node, error) {
	n, m, d := a.Shape()[0], b.Shape()[0], a.Shape()[1]
	below := make([]float32, m*d)
	return graph.Apply(graph.Op{
		Kind: "concat", Out: tensor.Shape{n + m, d}, Diff: []bool{true, true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) { copy(out[copy(out, in[0]):], in[1]) },
		Backward: func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			da, err := graph.Apply(graph.Op{
				Kind: "concat-grad", Out: tensor.Shape{n, d},
				Forward: func(_ *team.Team, v [][]float32, da []float32) { copy(below, v[0][copy(da, v[0]):]) },
			}, grad)
			if err != nil {
				return nil, err
			}
			db, err := graph.Take(da, below, m, d)
			return G.Nodes{da, db}, err
		},
	}, a, b)
}
