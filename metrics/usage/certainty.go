package usage

import (
	"math"

	"protobench/internal/kernel"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// decidedBy is the margin between the first and the second prediction from which on an image is
// decided, as a share of the fair share 1/K: below it, an argmax tells noise apart.
const decidedBy = 0.1

// Certainty says how sure predictions and targets are, and how they share out the prototypes. A
// training whose predictions became uniform shows as Entropy near 1 and Decided near 0, while
// the argmax of near-equal scores spreads the images over all prototypes and looks diverse.
type Certainty struct {
	Entropy    float64 // mean entropy of one image's prediction as a share of ln K, 0..1
	Marginal   float64 // entropy of the mean prediction as a share of ln K, 0..1
	Perplexity float64 // of the mean prediction, 1..K
	// Information is the mutual information of image and prototype, nats: the marginal's entropy less
	// the mean one, ≥ 0 up to rounding.
	Information float64
	Decided     float64 // share of images whose first prediction exceeds the second by more than 0.1/K
}

// CertaintyOf summarises predictions [N,K], whose rows sum to 1. It is undefined (false) for an
// empty matrix, a single prototype, or numbers that are no probabilities.
func CertaintyOf(p matrix.Matrix) (Certainty, bool) {
	u, ok := SoftOf(p)
	if !ok || p.Cols < 2 {
		return Certainty{}, false
	}
	c, most := Certainty{Perplexity: u.Perplexity, Information: u.MutualInformation}, math.Log(float64(p.Cols))
	c.Entropy, c.Marginal = min(1, u.SampleEntropy/most), min(1, u.MarginalEntropy/most)
	decided := 0
	for i := range p.Rows {
		if margin(p.Row(i)) > decidedBy/float64(p.Cols) {
			decided++
		}
	}
	c.Decided = float64(decided) / float64(p.Rows)
	return c, true
}

// PredictionCertainty is that of the student's predictions; false where the objective predicts no
// prototypes.
func PredictionCertainty(in *metric.Input) (Certainty, bool) {
	return metric.SharedIf(in, "certainty", func() (Certainty, bool) { return CertaintyOf(in.Predictions) })
}

// TargetCertainty is that of the targets; false where they come from elsewhere than scores.
func TargetCertainty(in *metric.Input) (Certainty, bool) {
	return metric.SharedIf(in, "target certainty", func() (Certainty, bool) { return CertaintyOf(in.Targets) })
}

// margin is the difference of the two largest entries.
func margin(p []float32) float64 {
	top := kernel.Argmax(p)
	return float64(p[top]) - math.Max(float64(kernel.Max(p[:top])), float64(kernel.Max(p[top+1:])))
}

// Uniform is the share of ln K from which on a mean entropy counts as that of uniform predictions:
// total collapse, or no learning.
const Uniform = 0.99

// CertaintySpecs declares how sure predictions and targets are.
func CertaintySpecs() []metric.Spec {
	const undefined = "the objective predicts no prototypes"
	of := func(value func(Certainty) float64) func(*metric.Input) metric.Result {
		return func(in *metric.Input) metric.Result {
			c, ok := PredictionCertainty(in)
			return metric.Defined(value(c), ok, undefined)
		}
	}
	source := "softmax of the scores at the student's temperature; the teacher's embeddings and prototypes"
	return []metric.Spec{
		{
			Formula: "mean_i H(p_i) / ln K", Key: "prediction_entropy", Telling: true, Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Share, Better: metric.Neither, Tables: []metric.Table{metric.MainTable}, Undefined: undefined,
			Doc: "mean entropy of one image's prediction, as a share of ln K", Source: source,
			Collapse: "1 when predictions are uniform, whatever the argmax says; 0 at one prototype for all",
			Column:   "**prediction-entropy**: mean entropy of one image's prediction over the prototypes, as a share of ln K. From 99 % on the run counts as collapsed: its predictions are uniform, and an argmax over near-equal scores spreads images without meaning.",
			Value:    of(func(c Certainty) float64 { return c.Entropy }),
		},
		{
			Formula: "H(mean_i p_i) / ln K", Key: "marginal_entropy", Telling: true, Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Share, Better: metric.Higher, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
			Doc: "entropy of the mean prediction, as a share of ln K", Source: source,
			Collapse: "near 0 when all images are predicted to be of few prototypes",
			Value:    of(func(c Certainty) float64 { return c.Marginal }),
		},
		{
			Formula: "exp H(mean_i p_i)", Key: "prediction_perplexity", Telling: true, Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Effective, Better: metric.Higher, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
			Doc: "exp of the entropy of the mean prediction: usage by predictions instead of by argmax", Source: source,
			Collapse: "1 at one prototype for all; K when predictions are uniform, which the prediction entropy tells apart",
			Value:    of(func(c Certainty) float64 { return c.Perplexity }),
		},
		{
			Key: "prediction_information", Telling: true, Of: metric.OfPrototypes, Unit: metric.Nats, Better: metric.Higher, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
			Doc: "mutual information of image and predicted prototype", Source: source, Formula: "H(mean_i p_i) − mean_i H(p_i)",
			Collapse: "0 when all images are predicted alike: uniformly, or one prototype for all",
			Column:   "**prediction-information**: entropy of the mean prediction less the mean entropy of one image's, nats; 0 when all images are predicted alike.",
			Value:    of(func(c Certainty) float64 { return c.Information }),
		},
		{
			Formula: "mean_i [p_i1 − p_i2 > 0.1/K], the two largest entries", Key: "decided", Telling: true, Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Share, Better: metric.Higher, Tables: []metric.Table{metric.MainTable}, Undefined: undefined,
			Doc: "share of images whose first prediction exceeds the second by more than 0.1/K", Source: source,
			Collapse: "near 0 when predictions are uniform: the argmax tells noise apart",
			Column:   "**decided**: share of training images whose first prediction exceeds the second by more than 0.1/K.",
			Value:    of(func(c Certainty) float64 { return c.Decided }),
		},
		{
			Formula: "mean_i H(q_i) / ln K", Key: "target_entropy", Telling: true, Of: metric.OfPrototypes, When: metric.OnCurve, Unit: metric.Share, Better: metric.Neither, Tables: []metric.Table{metric.GeometryTable}, Undefined: "targets come from elsewhere than scores",
			Doc: "mean entropy of one image's target, as a share of ln K", Source: "targets as the loss makes them, balanced over all these images where it balances",
			Collapse: "1 when targets are flatter than any prediction: nothing to learn from",
			Value: func(in *metric.Input) metric.Result {
				c, ok := TargetCertainty(in)
				return metric.Defined(c.Entropy, ok, "targets come from elsewhere than scores")
			},
		},
	}
}
