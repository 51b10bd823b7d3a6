package uniqueness

import (
	"fmt"
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/geometry"
	"protobench/metrics/internal/fixture"
	"protobench/metrics/usage"
)

func TestGoldenUnique(t *testing.T) {
	t.Run("unique_prototypes", func(t *testing.T) {
		f := golden.Load(t, "unique_prototypes")
		p, counts := fixture.MatrixAt(t, f.Inputs, "prototypes"), fixture.IntsAt(t, f.Inputs, "usage_counts")
		eps := golden.Floats(golden.At(t, f.Params, "eps"))
		n, taken, presence := 0, 0, make([]int, len(counts)) // the file's live ones are those that are taken at all
		for k, c := range counts {
			n += c
			presence[k] = min(c, 1)
			taken += presence[k]
		}
		covers, live := Covers(nil, p, eps), LiveCovers(nil, p, presence, taken, eps)
		back := Covers(nil, fixture.Reversed(p), eps)
		for i, e := range eps {
			key := fmt.Sprint(e)
			c := covers[i]
			fixture.Equal(t, key, c, Of(p, e))
			fixture.Equal(t, key+" unique", c.Count(), int(fixture.NumberAt(t, f.Expected, "eps", key, "unique")))
			fixture.Equal(t, key+" representatives", c.Representatives, fixture.IntsAt(t, f.Expected, "eps", key, "representatives"))
			fixture.Equal(t, key+" owner", c.Owner, fixture.IntsAt(t, f.Expected, "eps", key, "owner"))
			fixture.Equal(t, key+" sizes", c.Sizes(), fixture.IntsAt(t, f.Expected, "eps", key, "group_sizes"))
			fixture.Equal(t, key+" reversed", mirrored(back[i].Representatives, p.Rows), fixture.IntsAt(t, f.Expected, "eps", key, "representatives_reversed_order"))
			fixture.Equal(t, key+" live", live[i].Representatives, fixture.IntsAt(t, f.Expected, "eps", key, "live_representatives"))
			fixture.Equal(t, key+" live count", OfLive(p, presence, taken, e).Count(), int(fixture.NumberAt(t, f.Expected, "eps", key, "live_unique")))
			fixture.Check(t, f, key+" grouped perplexity", fixture.MustOK[float64](t, key)(GroupedPerplexity(counts, c.Owner)), "eps", key, "grouped_perplexity")
		}
		near := geometry.NearestOf(nil, p)
		golden.Check(t, f, "nearest", near.Cosine, golden.At(t, f.Expected, "nearest_neighbour_cosine"))
		s := fixture.MustOK[geometry.Summary](t, "nearest")(near.Summary())
		fixture.Check(t, f, "nearest mean", s.Mean, "nearest_neighbour_cosine_mean")
		fixture.Check(t, f, "nearest median", s.Median, "nearest_neighbour_cosine_median")
		fixture.Check(t, f, "perplexity", fixture.MustOK[usage.Hard](t, "usage")(usage.HardOf(counts, n)).Perplexity, "perplexity")
	})
	t.Run("unique_prototypes_boundary", func(t *testing.T) {
		f := golden.Load(t, "unique_prototypes_boundary")
		p, eps := fixture.MatrixAt(t, f.Inputs, "prototypes"), golden.Floats(golden.At(t, f.Params, "eps"))
		for i, c := range Covers(nil, p, eps) {
			key := fmt.Sprint(eps[i])
			fixture.Equal(t, key+" representatives", c.Representatives, fixture.IntsAt(t, f.Expected, key, "representatives"))
			fixture.Equal(t, key+" owner", c.Owner, fixture.IntsAt(t, f.Expected, key, "owner"))
		}
		for _, e := range eps {
			fixture.Equal(t, "single", Of(p.Pick([]int{0}), e).Count(), int(fixture.NumberAt(t, f.Expected, "single_prototype_unique")))
			fixture.Equal(t, "equal", Of(p.Pick(make([]int, 5)), e).Count(), int(fixture.NumberAt(t, f.Expected, "five_equal_unique")))
		}
	})
}

func mirrored(rows []int, n int) []int {
	out := make([]int, len(rows))
	for i, r := range rows {
		out[i] = n - 1 - r
	}
	return out
}
