package training

import "protobench/metrics/metric"

// LossKey is the key of the objective's loss.
func LossKey() string { return "loss" }

// LossSpecs declares the loss.
func LossSpecs() []metric.Spec {
	const undefined = "no step was done"
	return []metric.Spec{{
		Formula: "mean over steps", Source: "the objective", Key: LossKey(), Of: metric.OfTraining, When: metric.OnCurve, Unit: metric.Nats, Better: metric.Lower, Undefined: undefined,
		Doc:      "the objective's loss, mean since the last measurement",
		Collapse: "stands at ln K where predictions are uniform",
		Value: func(in *metric.Input) metric.Result {
			return metric.Defined(in.Loss, in.Steps > 0, undefined)
		},
	}}
}
