package uniqueness

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// greedyCover is the definition, pair by pair in float64.
func greedyCover(p matrix.Matrix, eps float64) []int {
	d := matrix.DirectionsOf(p)
	owner := make([]int, p.Rows)
	var reps []int
	for i := range owner {
		if owner[i] = i; !d.Has[i] {
			owner[i] = -1
			continue
		}
		for _, r := range reps {
			if 1-d.Cosine(i, r) < eps {
				owner[i] = r
				break
			}
		}
		if owner[i] == i {
			reps = append(reps, i)
		}
	}
	return owner
}

func TestCoversFollowDefinitionAcrossBlocks(t *testing.T) {
	for name, p := range map[string]matrix.Matrix{
		"few representatives":    fixture.Crowd(1, 1400, 40, 6, 0.4),
		"many representatives":   fixture.Crowd(2, 2300, 1900, 12, 0.3),
		"copies after a while":   fixture.Crowd(3, 2300, 1300, 12, 0.01),
		"rows without direction": withoutSome(fixture.Crowd(4, 1400, 900, 8, 0.2)),
	} {
		eps := []float64{0, 0.025, 0.05, 0.1, 0.25, 0.5, 1.5}
		covers := Covers(nil, p, eps)
		fixture.Equal(t, name+" by a team", Covers(fixture.Threads(t), p, eps), covers)
		for e, c := range covers {
			want := greedyCover(p, eps[e])
			fixture.Equal(t, name, c.Owner, want)
			// By itself a threshold has gaps between its representatives; with ε = 0 beside it every row is one.
			fixture.Equal(t, name+" by itself", Of(p, eps[e]).Owner, want)
		}
		if n := Of(p, 0.025).Count(); name[0] == 'm' && n < repsChunk {
			t.Errorf("%s: only %d representatives, the second chunk is not tested", name, n)
		}
	}
}

// withoutSome clears every seventh row.
func withoutSome(p matrix.Matrix) matrix.Matrix {
	for i := 3; i < p.Rows; i += 7 {
		clear(p.Row(i))
	}
	return p
}

func TestCoverDecidesNearThresholdsInFloat64(t *testing.T) {
	const eps = 0.025
	for _, c := range []struct {
		off  float64
		want int
	}{{-1e-6, 1}, {-1e-7, 1}, {1e-7, 2}, {1e-6, 2}} {
		a := math.Acos(1 - eps - c.off)
		p := matrix.Of(2, 2, []float32{1, 0, float32(1e4 * math.Cos(a)), float32(1e4 * math.Sin(a))})
		if got := Of(p, eps).Count(); got != c.want {
			t.Errorf("distance eps%+g: %d unique, want %d", c.off, got, c.want)
		}
	}
}

// Most of these pairs are closer to the threshold than float32 sums can tell.
func TestCoverOfHairlinePairs(t *testing.T) {
	const d, eps = 96, 0.1
	float32Wrong := 0
	for seed := range uint64(400) {
		r := matrix.RandomUnit(seed, 2, d)
		a := math.Acos(1 - eps - 1e-8*math.Sin(float64(seed)))
		u, w := r.Row(0), make([]float64, d)
		along := matrix.Dot(r.Row(0), r.Row(1)) / matrix.Dot(u, u)
		var norm float64
		for j, x := range r.Row(1) {
			w[j] = float64(x) - along*float64(u[j])
			norm += w[j] * w[j]
		}
		for j := range w {
			r.Row(1)[j] = float32(3 * (math.Cos(a)*float64(u[j]) + math.Sin(a)*w[j]/math.Sqrt(norm)))
		}
		want := greedyCover(r, eps)
		fixture.Equal(t, "owner", Of(r, eps).Owner, want)
		g := newGreedy(nil, matrix.DirectionsOf(r), []float64{eps})
		g.products(g.dirs.Unit, g.dirs.Unit.Data, 2)
		if (1-float64(g.cos[1]) < eps) != (want[1] == 0) {
			float32Wrong++
		}
	}
	if float32Wrong < 20 {
		t.Errorf("float32 decides all but %d pairs: the test is too easy", float32Wrong)
	}
}

func TestRowsWithoutDirectionAreNoPrototypes(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	p := matrix.Of(6, 2, []float32{0, 0, 1, 0, 0, 0, nan, 1, inf, 1, 2, 0})
	c := Of(p, 1.5)
	fixture.Equal(t, "owner", c.Owner, []int{-1, 1, -1, -1, -1, 1})
	fixture.Equal(t, "sizes", c.Sizes(), []int{2})
	fixture.Equal(t, "live", OfLive(p, []int{9, 9, 9, 9, 9, 9}, 54, 0.5).Owner, []int{-1, 1, -1, -1, -1, 1})
	fixture.Equal(t, "empty", Of(matrix.New(0, 3), 0.1).Count(), 0)
}

// Prototypes that start from black images are all zero: none is unique, and none of the counts of
// unique ones is a number.
func TestPrototypesWithoutDirectionHaveNoUniqueOnes(t *testing.T) {
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: matrix.New(4, 3), Student: matrix.New(4, 3), Initial: matrix.New(4, 3), Scores: matrix.New(8, 4)}}
	all := slices.Concat(Specs(), StudentSpecs(), LiveSpecs(), CentredSpecs())
	for _, key := range []string{Key(0.025), Key(0.025) + ".student", LiveKey(0.025), CentredKey(0.025)} {
		if r := fixture.ValueOf(t, all, key, in); r.Undefined != metric.NoDirection {
			t.Errorf("%s: %+v", key, r)
		}
	}
}

func TestUniqueProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, c := rapid.IntRange(1, 60).Draw(t, "k"), rapid.IntRange(1, 20).Draw(t, "c")
		p := fixture.Crowd(rapid.Uint64().Draw(t, "seed"), k, c, 5, 0.3)
		eps := rapid.SampledFrom([]float64{0.025, 0.05, 0.1, 0.25, 0.5}).Draw(t, "eps")
		got := Of(p, eps)
		if n := got.Count(); n < 1 || n > k {
			t.Fatalf("%d unique of %d", n, k)
		}
		sum := 0
		for _, s := range got.Sizes() {
			sum += s
		}
		if sum != k {
			t.Fatalf("group sizes sum to %d of %d", sum, k)
		}
		scaled := matrix.Of(k, 5, append([]float32(nil), p.Data...))
		for i := range k {
			for j := range scaled.Row(i) {
				scaled.Row(i)[j] *= float32(int(1) << (i % 9))
			}
		}
		if n := Of(scaled, eps).Count(); n != got.Count() {
			t.Fatalf("%d unique after scaling, %d before", n, got.Count())
		}
	})
}
