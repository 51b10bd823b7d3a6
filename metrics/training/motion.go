package training

import "protobench/metrics/metric"

// MotionSpecs are what a learner says of its own way: sums over steps, which no pair of states
// has.
func MotionSpecs() []metric.Spec {
	return []metric.Spec{
		{
			Formula: "Σ_t mean_k arccos cos(c_k(t−1), c_k(t))", Source: "defined here", Key: "path", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Radians, Better: metric.Neither, Tables: []metric.Table{metric.MainTable},
			Doc:      "mean angle turned by the prototypes so far, radians",
			Collapse: "far more than the displacement allows is wandering, or re-seeding",
			Column: "**path, rad**: angles that a prototype turned by, summed over all steps, mean over prototypes. " +
				"Far more than the displacement allows is wandering, or re-seeding.",
			Value: func(in *metric.Input) metric.Result { return metric.Result{Value: in.Path} },
		},
		{
			Formula: "the sum of the path over the last epoch", Source: "defined here", Key: "drift", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Radians, Better: metric.Neither,
			Doc:      "the part of the path of the last whole epoch, radians",
			Collapse: "large at the end means that prototypes have not settled",
			Value:    func(in *metric.Input) metric.Result { return metric.Result{Value: in.Drift} },
		},
		{
			Formula: "Σ_t prototypes moved", Source: "the learners that re-seed", Key: "reseeds", Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Count, Better: metric.Neither, Tables: []metric.Table{metric.MainTable},
			Doc:      "prototypes re-seeded or split so far",
			Collapse: "many mean that uniqueness is upheld by moving prototypes",
			Column:   "**reseeds**: how often a prototype was moved onto a badly covered embedding, over the whole training.",
			Value:    func(in *metric.Input) metric.Result { return metric.Result{Value: float64(in.Reseeds)} },
		},
	}
}
