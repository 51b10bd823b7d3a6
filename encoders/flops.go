package encoders

import (
	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MACs counts the multiply-adds of one image's way through a network: those of convolutions, linear
// maps and attention's two products, as the field counts them. Norms, activations and pooling are
// left out.
type MACs struct {
	Forward int // all
	First   int // of the layers that read the image, whose input gradient no one computes
}

// Step returns the floating-point operations (two a multiply-add) of one forward and backward pass
// of n images: the backward pass does each product twice, for the input's and for the weights'
// gradient, less the image's gradient.
func (m MACs) Step(n int) float64 { return 2 * float64(n) * float64(3*m.Forward-m.First) }

// Count returns the multiply-adds of an encoder for images of one shape. It builds the network and
// counts what is there.
func (c Config) Count(in Input) (MACs, error) {
	var m MACs
	w, err := New(c, in, 0)
	if err != nil {
		return m, err
	}
	return m, graph.Build(func() error {
		g := G.NewGraph()
		x := graph.Input(g, "x", make([]float32, in.Height*in.Width*in.Channels), 1, in.Height, in.Width, in.Channels)
		if _, err := w.Build(x, Evaluation, ""); err != nil {
			return err
		}
		for _, n := range g.AllNodes() {
			if op, ok := n.Op().(*graph.Op); ok {
				m.add(op)
			}
		}
		return nil
	})
}

// add counts one operation.
func (m *MACs) add(op *graph.Op) {
	n := Products(op.Kind, op.In, op.Out, 1)
	m.Forward += n
	if n > 0 && !op.Diff[0] {
		m.First += n
	}
}

// Products returns the multiply-adds of an operation of an encoder by its kind, on a number of
// images: the numbers of its products' results times the length of each one's sum; 0 for kinds that
// have no products. Gradients have those of the input and of the weights, and of the weights alone
// where no gradient flows on. Products that a backward pass does again are not counted twice.
func Products(kind string, in []tensor.Shape, out tensor.Shape, images int) int {
	last := len(in) - 1
	switch kind {
	case "conv3x3", "conv1x1", "conv7x7":
		return results(out) * sum(in[last])
	case "conv3x3-grad", "conv1x1-grad", "conv7x7-grad":
		return gradients(out) * results(in[last]) * sum(in[last-1])
	case "linear", "linear-gelu", "linear-add":
		return results(out) * in[1][0]
	case "linear-grad": // of the three: it reads input, weights, result and the result's gradient
		return gradients(out) * results(in[3]) * in[1][0]
	case "norm-linear":
		return results(out) * in[3][0]
	case "norm-linear-grad":
		return 2 * results(in[4]) * in[3][0]
	case "feed-forward": // up and down
		return 2 * results(out) * in[3][1]
	case "feed-forward-grad":
		return 4 * results(out) * in[3][1]
	case "attention": // queries with keys, weights with values
		return 2 * results(out) * out[0] / images
	case "attention-grad": // of both, by both operands; its result is that of queries, keys and values
		return 4 * results(out) / 3 * out[0] / images
	}
	return 0
}

// sum is the length of the sums of a convolution with weights w, which end in [In,Out].
func sum(w tensor.Shape) int { return w.TotalSize() / w[len(w)-1] }

// gradients is how many a backward pass computes whose result is that of the input, or {1} where
// none flows on.
func gradients(out tensor.Shape) int {
	if out.TotalSize() == 1 {
		return 1
	}
	return 2
}

// results is the number of elements of an output, the border of maps left out.
func results(out tensor.Shape) int {
	if len(out) == 4 {
		return out[0] * (out[1] - 2) * (out[2] - 2) * out[3]
	}
	return out.TotalSize()
}
