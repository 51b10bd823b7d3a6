package usage

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/metric"
)

func TestGoldenUsage(t *testing.T) {
	t.Run("metrics_usage", func(t *testing.T) {
		f := golden.Load(t, "metrics_usage")
		p := fixture.MatrixAt(t, f.Inputs, "probabilities")
		s := fixture.MustOK[Soft](t, "soft")(SoftOf(p))
		golden.Check(t, f, "mean", s.Mean, golden.At(t, f.Expected, "mean_probability"))
		fixture.Check(t, f, "marginal entropy", s.MarginalEntropy, "marginal_entropy")
		fixture.Check(t, f, "perplexity", s.Perplexity, "perplexity")
		fixture.Check(t, f, "sample entropy", s.SampleEntropy, "mean_sample_entropy")
		fixture.Check(t, f, "mutual information", s.MutualInformation, "mutual_information")
		fixture.Check(t, f, "dead soft", s.below(fixture.NumberAt(t, f.Params, "dead_soft_threshold_over_K")), "dead_soft_fraction")
		hard := metric.Assign(p)
		fixture.Equal(t, "assignment", hard, fixture.IntsAt(t, f.Expected, "hard_assignment"))
		counts := metric.Counts(hard, p.Cols)
		fixture.Equal(t, "counts", counts, fixture.IntsAt(t, f.Expected, "hard_counts"))
		u := fixture.MustOK[Hard](t, "hard")(HardOf(counts, p.Rows))
		fixture.Equal(t, "distinct", u.Used, int(fixture.NumberAt(t, f.Expected, "distinct_argmax")))
		fixture.Check(t, f, "hard perplexity", u.Perplexity, "hard_perplexity")
		fixture.Check(t, f, "dead hard", u.Empty, "dead_hard_fraction")
	})
}
