package cell

import (
	"context"
	"math"

	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// collector gathers the metrics of a cell or of one observer, and for those without a value the
// reason.
type collector struct {
	metrics   store.Metrics
	undefined map[string]string
	warnings  []metric.Warning
}

func newCollector() *collector {
	return &collector{metrics: store.Metrics{}, undefined: map[string]string{}}
}

// measure measures an input; it gives up between two metrics when ctx ends, and the input's Stop
// ends those that take long.
func (c *collector) measure(ctx context.Context, in *metric.Input, specs []metric.Spec) error {
	for _, s := range specs {
		r, has := s.Measure(in)
		if err := ctx.Err(); err != nil {
			return err
		}
		if has {
			c.put(s.Key, r)
		}
	}
	return nil
}

func (c *collector) put(key string, r metric.Result) {
	c.warnings = append(c.warnings, r.Warnings...)
	if r.Undefined != "" {
		c.metrics[key], c.undefined[key] = math.NaN(), r.Undefined
		return
	}
	c.metrics[key] = r.Value
}

// adopt takes over what an observer's collector has to say, under the observer's name.
func (c *collector) adopt(prefix string, of *collector) {
	for key, why := range of.undefined {
		c.undefined[prefix+key] = why
	}
	for _, w := range of.warnings {
		c.warnings = append(c.warnings, metric.Warning{Metric: prefix + w.Metric, Text: w.Text})
	}
}

// onCurve are the metrics of a learner that are measured over training.
func onCurve() []metric.Spec {
	return metrics.Select(func(s metric.Spec) bool {
		return s.Of == metric.OfPrototypes && s.When == metric.OnCurve
	})
}

// atEnd are the metrics of a subject that are measured at the end, with extra ones or without;
// the branch is that of features.
func atEnd(of metric.Subject, b metric.Branch, extra bool) []metric.Spec {
	return metrics.Select(func(s metric.Spec) bool {
		return s.Of == of && s.Branch == b && (extra || s.When != metric.Extra)
	})
}

// ofReference are the metrics of features that reference rows have.
func ofReference(b metric.Branch) []metric.Spec {
	return metrics.Select(func(s metric.Spec) bool { return s.Reference && s.Branch == b })
}

// certaintyImages is the most images whose predictions and targets are looked at: means over so
// many are known to a hundredth, and targets of all images at once would not fit beside many
// prototypes.
const certaintyImages = 10000

// prototypesOf is what metrics see of a learner and of its scores on the teacher's embeddings z
// [n,D]; classes [n] is nil while training. The team may be nil.
func prototypesOf(t *team.Team, l methods.Learned, z matrix.Matrix, classes []int) *metric.Input {
	if l.K == 0 {
		return &metric.Input{}
	}
	shaped := func(p []float32) matrix.Matrix { return matrix.Of(l.K, l.D, p) }
	in := &metric.Input{Team: t, Prototypes: metric.Prototypes{
		Effective: shaped(l.Current[part.Teacher]), Student: shaped(l.Current[part.Student]), Initial: shaped(l.Initial),
		Path: l.Path, Drift: l.Drift, Reseeds: l.Reseeds,
		Scores: matrixOf(l.Scores(z.Data), z.Rows), Classes: classes,
	}}
	some := min(z.Rows, certaintyImages)
	if l.Predictions != nil {
		in.Predictions = matrixOf(l.Predictions(z.Data[:some*l.D]), some)
	}
	if l.Targets != nil {
		if q := l.Targets(z.Data[:some*l.D]); q != nil {
			in.Targets = matrixOf(q, some)
		}
	}
	if l.Raw != nil {
		in.Raw = shaped(l.Raw)
	}
	return in
}
