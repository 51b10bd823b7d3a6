package metrics

import (
	"slices"
	"sync"

	"protobench/metrics/clustering"
	"protobench/metrics/geometry"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/spectrum"
	"protobench/metrics/training"
	"protobench/metrics/uniqueness"
	"protobench/metrics/usage"
)

// declarations are the metrics, a line each, in the order of lists and tables.
func declarations() [][]metric.Spec {
	return [][]metric.Spec{
		uniqueness.Specs(),
		uniqueness.CentredSpecs(),
		uniqueness.LiveSpecs(),
		uniqueness.LargestGroupSpecs(),
		usage.HardSpecs(),
		uniqueness.GroupedSpecs(),
		usage.CertaintySpecs(),
		uniqueness.StudentSpecs(),
		training.DisplacementSpecs(),
		training.MotionSpecs(),
		training.LossSpecs(),
		probe.LinearSpecs(),
		probe.KNNSpecs(),
		probe.KNNGridSpecs(),
		probe.FewShotSpecs(),
		probe.SGDSpecs(),
		probe.TailSpecs(),
		spectrum.RankMeSpecs(),
		spectrum.FeatureSpecs(),
		geometry.FeatureStdSpecs(),
		geometry.MeanNormSpecs(),
		spectrum.EffectiveRankSpecs(),
		geometry.NormSpreadSpecs(),
		clustering.AgreementSpecs(),
		geometry.NearestSpecs(),
		geometry.CosineDeviationSpecs(),
		geometry.PrototypeUniformitySpecs(),
		geometry.AngularSpecs(),
		usage.SoftSpecs(),
		clustering.SilhouetteSpecs(),
		spectrum.LiDARSpecs(),
		geometry.UniformitySpecs(),
		geometry.AlignmentSpecs(),
	}
}

// specs are all metrics, put together once: tables ask for them by key again and again.
var specs = sync.OnceValue(func() []metric.Spec {
	all := slices.Concat(declarations()...)
	for i := range all {
		if all[i].When == "" {
			all[i].When = metric.AtEnd
		}
	}
	return all
})

// Specs returns every metric that results may hold, in the order of lists and tables; the slice
// is the caller's.
func Specs() []metric.Spec { return slices.Clone(specs()) }

// Select returns the metrics that fit, in the order of [Specs].
func Select(fits func(metric.Spec) bool) []metric.Spec {
	return slices.DeleteFunc(Specs(), func(s metric.Spec) bool { return !fits(s) })
}

// Find returns the metric of a key.
func Find(key string) (metric.Spec, bool) {
	i := slices.IndexFunc(specs(), func(s metric.Spec) bool { return s.Key == key })
	if i < 0 {
		return metric.Spec{}, false
	}
	return specs()[i], true
}

// Keys returns the keys of [Specs].
func Keys() []string {
	keys := make([]string, len(specs()))
	for i, s := range specs() {
		keys[i] = s.Key
	}
	return keys
}

// Columns returns the metrics of a table, the headline first.
func Columns(t metric.Table) []metric.Spec {
	columns := Select(func(s metric.Spec) bool { return s.In(t) })
	slices.SortStableFunc(columns, func(a, b metric.Spec) int {
		switch {
		case a.Headline == b.Headline:
			return 0
		case a.Headline:
			return -1
		}
		return 1
	})
	return columns
}

// Headline is the key of the metric that stands first.
func Headline() string {
	return Select(func(s metric.Spec) bool { return s.Headline })[0].Key
}

// UnitOf is a metric's unit; none of one that this version does not know.
func UnitOf(key string) metric.Unit {
	s, _ := Find(key)
	return s.Unit
}
