package methods

import (
	"protobench/encoders"
	"protobench/methods/part"
)

// newOptimizer builds the optimizer of [train] over parameters.
func newOptimizer(t part.Train, params []*encoders.Param) encoders.Optimizer {
	o := unclipped(t, params)
	if t.Clip > 0 {
		return encoders.NewClipped(o, params, t.Clip)
	}
	return o
}

func unclipped(t part.Train, params []*encoders.Param) encoders.Optimizer {
	switch t.Optimizer {
	case "sgd":
		s := encoders.NewSGD(params, t.Momentum)
		s.Nesterov = t.Nesterov
		return s
	case "lars":
		return encoders.NewLARS(params, encoders.LARSConfig{
			Convention: encoders.LARSConvention(t.LARS), Momentum: t.Momentum, Eta: t.LARSEta, Clip: t.LARSClip, Exclude: t.LARSExclude,
		})
	}
	a := encoders.NewAdamW(params)
	a.Coupled = t.Optimizer == "adam"
	return a
}

// setDecay sets the weight decay of all parameters that take one.
func setDecay(params []*encoders.Param, decay float64) {
	for _, p := range params {
		if !p.Exempt() {
			p.WeightDecay = decay
		}
	}
}
