package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestUsageOf(t *testing.T) {
	got, ok := UsageOf([]int{196, 200, 4, 0}, 400)
	h := -0.49*math.Log(0.49) - 0.5*math.Log(0.5) - 0.01*math.Log(0.01)
	if !ok {
		t.Error("undefined")
	}
	fixture.Near(t, "entropy", got.Entropy, h, 1e-12)
	fixture.Near(t, "perplexity", got.Perplexity, math.Exp(h), 1e-12)
	got.Entropy, got.Perplexity = 0, 0
	fixture.Equal(t, "usage", got, Usage{Used: 3, Live: 2, Dead: 0.5, Empty: 0.25})
	for _, counts := range [][]int{nil, {0, 0}} {
		if _, ok := UsageOf(counts, 0); ok {
			t.Errorf("usage of %v is defined", counts)
		}
		if _, ok := GroupedPerplexity(counts, counts); ok {
			t.Errorf("grouped perplexity of %v is defined", counts)
		}
	}
}

// The bound of the live is 5 % of the fair share, itself included, and at least one image.
func TestLiveBound(t *testing.T) {
	fixture.Equal(t, "5 of 400 over 4", Live([]int{5, 4, 391, 0}, 400), []bool{true, false, true, false})
	fixture.Equal(t, "1 of 8 over 4", Live([]int{1, 0, 7, 0}, 8), []bool{true, false, true, false})
	fixture.Equal(t, "of none", Live(nil, 8), []bool{})
}

func TestAssign(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	s := matrix.Of(4, 3, []float32{1, 3, 3, nan, 2, 1, nan, nan, nan, inf, inf, nan})
	got := Assign(s)
	fixture.Equal(t, "assigned", got, []int{1, 1, -1, 0})
	fixture.Equal(t, "counts", Counts(got, 3), []int{1, 2, 0})
}

func TestGroupedPerplexityNeverExceedsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 20), 2, 30).Draw(t, "counts")
		owner := make([]int, len(counts))
		for k := range owner {
			owner[k] = rapid.IntRange(-1, k).Draw(t, "owner")
		}
		u, ok := UsageOf(counts, 100)
		g, _ := GroupedPerplexity(counts, owner)
		if ok && !(g <= u.Perplexity+1e-9 && g >= 1-1e-12) {
			t.Fatalf("grouped %g, plain %g", g, u.Perplexity)
		}
	})
}

func TestSoftUsageUndefined(t *testing.T) {
	for name, p := range map[string]matrix.Matrix{
		"empty": matrix.New(0, 3), "no prototypes": matrix.New(3, 0),
		"NaN": matrix.Of(1, 2, []float32{float32(math.NaN()), 1}), "negative": matrix.Of(1, 2, []float32{-1, 2}),
	} {
		if _, ok := SoftUsageOf(p); ok {
			t.Errorf("%s: defined", name)
		}
	}
}

func TestSoftUsageOfCollapse(t *testing.T) {
	u, _ := SoftUsageOf(matrix.Of(2, 4, []float32{1, 0, 0, 0, 1, 0, 0, 0}))
	fixture.Equal(t, "one prototype", u, SoftUsage{Mean: []float64{1, 0, 0, 0}, Perplexity: 1, Dead: 0.75, Distinct: 1})
	u, _ = SoftUsageOf(matrix.Of(1, 4, []float32{0.25, 0.25, 0.25, 0.25}))
	if !(math.Abs(u.SampleEntropy-math.Log(4)) <= 1e-12) || u.MutualInformation != 0 || u.Dead != 0 {
		t.Errorf("uniform assignment: %+v", u)
	}
}

func TestRankUsage(t *testing.T) {
	cover := Cover{Representatives: []int{0, 1, 3}, Owner: []int{0, 1, 0, 3, -1}}
	fixture.Equal(t, "ranks", RankUsage([]int{2, 50, 44, 0, 2}, 98, cover), []Ranked{
		{Prototype: 1, Images: 50, Group: 1},
		{Prototype: 2, Images: 44, Group: 0, Duplicate: true},
		{Prototype: 0, Images: 2, Group: 0, Duplicate: true},
		{Prototype: 4, Images: 2, Group: -1},
		{Prototype: 3, Images: 0, Group: 3, Dead: true},
	})
}

// A dead near copy makes no live prototype a duplicate, and is none itself.
func TestRankUsageOfDeadTwins(t *testing.T) {
	cover := Cover{Representatives: []int{0, 2}, Owner: []int{0, 0, 2, 2}}
	for _, r := range RankUsage([]int{50, 0, 30, 20}, 100, cover) {
		if want := r.Prototype >= 2; r.Duplicate != want {
			t.Errorf("prototype %d: duplicate %v, want %v", r.Prototype, r.Duplicate, want)
		}
	}
}
