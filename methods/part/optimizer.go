package part

import (
	"protobench/encoders"
	"protobench/encoders/optim"
)

// NewOptimizer builds the optimizer of [train] over parameters.
func (t Train) NewOptimizer(params []*encoders.Param) optim.Optimizer {
	o := t.unclipped(params)
	if t.Clip > 0 {
		return optim.NewClipped(o, params, t.Clip)
	}
	return o
}

func (t Train) unclipped(params []*encoders.Param) optim.Optimizer {
	switch t.Optimizer {
	case "sgd":
		s := optim.NewSGD(params, t.Momentum)
		s.Nesterov = t.Nesterov
		return s
	case "lars":
		return optim.NewLARS(params, optim.LARSConfig{
			Convention: optim.LARSConvention(t.LARS), Momentum: t.Momentum, Eta: t.LARSEta, Clip: t.LARSClip, Exclude: t.LARSExclude,
		})
	}
	a := optim.NewAdamW(params)
	a.Coupled = t.Optimizer == "adam"
	return a
}

// SetDecay sets the weight decay of all parameters that take one.
func SetDecay(params []*encoders.Param, decay float64) {
	for _, p := range params {
		if !p.Exempt() {
			p.WeightDecay = decay
		}
	}
}
