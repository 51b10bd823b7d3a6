package metrics

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenUsage(t *testing.T) {
	t.Run("metrics_usage", func(t *testing.T) {
		f := golden.Load(t, "metrics_usage")
		p := fixture.MatrixAt(t, f.Inputs, "probabilities")
		s := fixture.MustOK[SoftUsage](t, "soft")(SoftUsageOf(p))
		golden.Check(t, f, "mean", s.Mean, golden.At(t, f.Expected, "mean_probability"))
		fixture.Check(t, f, "marginal entropy", s.MarginalEntropy, "marginal_entropy")
		fixture.Check(t, f, "perplexity", s.Perplexity, "perplexity")
		fixture.Check(t, f, "sample entropy", s.SampleEntropy, "mean_sample_entropy")
		fixture.Check(t, f, "mutual information", s.MutualInformation, "mutual_information")
		fixture.Check(t, f, "dead soft", s.below(fixture.NumberAt(t, f.Params, "dead_soft_threshold_over_K")), "dead_soft_fraction")
		fixture.Equal(t, "distinct", s.Distinct, int(fixture.NumberAt(t, f.Expected, "distinct_argmax")))
		hard := Assign(p)
		fixture.Equal(t, "assignment", hard, fixture.IntsAt(t, f.Expected, "hard_assignment"))
		counts := Counts(hard, p.Cols)
		fixture.Equal(t, "counts", counts, fixture.IntsAt(t, f.Expected, "hard_counts"))
		u := fixture.MustOK[Usage](t, "hard")(UsageOf(counts, p.Rows))
		fixture.Check(t, f, "hard perplexity", u.Perplexity, "hard_perplexity")
		fixture.Check(t, f, "dead hard", u.Empty, "dead_hard_fraction")
	})
}
