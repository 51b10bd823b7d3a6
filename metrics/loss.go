package metrics

// LossKey is the key of the objective's loss.
func LossKey() string { return "loss" }

func lossSpecs() []Spec {
	const undefined = "no step was done"
	return []Spec{{
		Formula: "mean over steps", Source: "the objective", Key: LossKey(), Of: OfTraining, When: OnCurve, Unit: Nats, Better: Lower, Undefined: undefined,
		Doc:      "the objective's loss, mean since the last measurement",
		Collapse: "stands at ln K where predictions are uniform",
		Value: func(in *Input) Result {
			return defined(in.Loss, in.Steps > 0, undefined)
		},
	}}
}
