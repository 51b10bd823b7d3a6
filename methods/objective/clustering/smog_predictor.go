package clustering

import (
	"fmt"
	"math"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

// newPredictor draws the parameters of Linear–BN–ReLU–Linear from D to D dimensions: weights from
// U(-1/√n, 1/√n) for n inputs, as everywhere.
func newPredictor(seed uint64, d, hidden int) []*encoders.Param {
	param := func(i int, name string, at func() float64, shape ...int) *encoders.Param {
		n := 1
		for _, s := range shape {
			n *= s
		}
		p := &encoders.Param{Name: fmt.Sprintf("predictor.%d.%s", i, name), Shape: shape, Value: make([]float32, n), LRMult: 1}
		for j := range p.Value {
			p.Value[j] = float32(at())
		}
		return p
	}
	uniform := func(layer uint64, inputs int) func() float64 {
		r, bound := stream.New(seed, "predictor", layer), 1/math.Sqrt(float64(inputs))
		return func() float64 { return bound * stream.Either(r) }
	}
	constant := func(v float64) func() float64 { return func() float64 { return v } }
	return []*encoders.Param{
		param(0, "weight", uniform(0, d), d, hidden),
		param(0, "norm.weight", constant(1), hidden),
		param(0, "norm.bias", constant(0), hidden),
		param(1, "weight", uniform(1, hidden), hidden, d),
		param(1, "bias", constant(0), d),
	}
}

// predict adds the predictor on projections z.
func (o *smog) predict(z *G.Node) (prediction *G.Node, params G.Nodes, err error) {
	for _, p := range o.predictor {
		params = append(params, graph.Input(z.Graph(), p.Name, p.Value, p.Shape...))
	}
	x, err := encoders.Linear(z, params[0], nil, false, true)
	if err != nil {
		return nil, nil, err
	}
	if x, err = encoders.BatchNorm(x, params[1], params[2], o.running, encoders.Training, true); err != nil {
		return nil, nil, err
	}
	prediction, err = encoders.Linear(x, params[3], params[4], false, true)
	return prediction, params, err
}
