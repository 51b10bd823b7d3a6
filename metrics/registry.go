package metrics

import (
	"slices"
	"sync"
)

// declarations are the metrics, a line each, in the order of lists and tables.
func declarations() [][]Spec {
	return [][]Spec{
		uniqueSpecs(),
		uniqueCentredSpecs(),
		liveUniqueSpecs(),
		largestGroupSpecs(),
		usageSpecs(),
		groupedSpecs(),
		certaintySpecs(),
		uniqueStudentSpecs(),
		displacementSpecs(),
		motionSpecs(),
		lossSpecs(),
		linearSpecs(),
		knnSpecs(),
		knnGridSpecs(),
		fewShotSpecs(),
		sgdSpecs(),
		tailSpecs(),
		rankMeSpecs(),
		featureSpectrumSpecs(),
		featureStdSpecs(),
		meanNormSpecs(),
		effectiveRankSpecs(),
		normSpreadSpecs(),
		agreementSpecs(),
		nearestSpecs(),
		cosineDeviationSpecs(),
		prototypeUniformitySpecs(),
		angularSpecs(),
		softUsageSpecs(),
		silhouetteSpecs(),
		lidarSpecs(),
		uniformitySpecs(),
		alignmentSpecs(),
	}
}

// specs are all metrics, put together once: tables ask for them by key again and again.
var specs = sync.OnceValue(func() []Spec {
	all := slices.Concat(declarations()...)
	for i := range all {
		if all[i].When == "" {
			all[i].When = AtEnd
		}
	}
	return all
})

// Specs returns every metric that results may hold, in the order of lists and tables; the slice
// is the caller's.
func Specs() []Spec { return slices.Clone(specs()) }

// Select returns the metrics that fit, in the order of [Specs].
func Select(fits func(Spec) bool) []Spec {
	return slices.DeleteFunc(Specs(), func(s Spec) bool { return !fits(s) })
}

// Find returns the metric of a key.
func Find(key string) (Spec, bool) {
	i := slices.IndexFunc(specs(), func(s Spec) bool { return s.Key == key })
	if i < 0 {
		return Spec{}, false
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
func Columns(t Table) []Spec {
	columns := Select(func(s Spec) bool { return s.In(t) })
	slices.SortStableFunc(columns, func(a, b Spec) int {
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
	return Select(func(s Spec) bool { return s.Headline })[0].Key
}
