package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// greedyCover is the definition, pair by pair in float64.
func greedyCover(p Matrix, eps float64) []int {
	d := directionsOf(p)
	owner := make([]int, p.Rows)
	var reps []int
	for i := range owner {
		owner[i] = i
		for _, r := range reps {
			if d.has[i] && d.has[r] && 1-d.cosine(i, r) < eps {
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

// crowd returns k vectors around c centres, with a spread that makes every
// threshold matter.
func crowd(seed uint64, k, c, d int, spread float32) Matrix {
	p, centres := RandomUnit(seed, k, d), RandomUnit(seed+1, c, d)
	for i := range k {
		for j, x := range centres.Row(i % c) {
			p.Row(i)[j] = x + float32(spread*p.Row(i)[j])
		}
	}
	return p
}

func TestCoversFollowDefinitionAcrossBlocks(t *testing.T) {
	for name, p := range map[string]Matrix{
		"few representatives":  crowd(1, 1400, 40, 6, 0.4),
		"many representatives": crowd(2, 1500, 1300, 12, 0.3),
	} {
		eps := []float64{0, 0.025, 0.05, 0.1, 0.25, 0.5, 1.5}
		for e, c := range Covers(p, eps) {
			equal(t, name, c.Owner, greedyCover(p, eps[e]))
		}
		if n := Unique(p, 0.025).Count(); name[0] == 'm' && n < repsChunk {
			t.Errorf("%s: only %d representatives, the second chunk is not tested", name, n)
		}
	}
}

func TestCoverDecidesNearThresholdsInFloat64(t *testing.T) {
	const eps = 0.025
	for _, c := range []struct {
		off  float64
		want int
	}{{-1e-6, 1}, {-1e-7, 1}, {1e-7, 2}, {1e-6, 2}} {
		a := math.Acos(1 - eps - c.off)
		p := MatrixOf(2, 2, []float32{1, 0, float32(1e4 * math.Cos(a)), float32(1e4 * math.Sin(a))})
		if got := Unique(p, eps).Count(); got != c.want {
			t.Errorf("distance eps%+g: %d unique, want %d", c.off, got, c.want)
		}
	}
}

// Most of these pairs are closer to the threshold than float32 sums can tell.
func TestCoverOfHairlinePairs(t *testing.T) {
	const d, eps = 96, 0.1
	float32Wrong := 0
	for seed := range uint64(400) {
		r := RandomUnit(seed, 2, d)
		a := math.Acos(1 - eps - 1e-8*math.Sin(float64(seed)))
		u, w := r.Row(0), make([]float64, d)
		along := dot(r.Row(0), r.Row(1)) / dot(u, u)
		var norm float64
		for j, x := range r.Row(1) {
			w[j] = float64(x) - along*float64(u[j])
			norm += w[j] * w[j]
		}
		for j := range w {
			r.Row(1)[j] = float32(3 * (math.Cos(a)*float64(u[j]) + math.Sin(a)*w[j]/math.Sqrt(norm)))
		}
		want := greedyCover(r, eps)
		equal(t, "owner", Unique(r, eps).Owner, want)
		g := newGreedy(directionsOf(r), []float64{eps})
		g.products(g.dirs.unit, g.dirs.unit.Data, 2)
		if (1-float64(g.cos[1]) < eps) != (want[1] == 0) {
			float32Wrong++
		}
	}
	if float32Wrong < 20 {
		t.Errorf("float32 decides all but %d pairs: the test is too easy", float32Wrong)
	}
}

func TestRowsWithoutDirectionStandAlone(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	p := MatrixOf(6, 2, []float32{0, 0, 1, 0, 0, 0, nan, 1, inf, 1, 2, 0})
	c := Unique(p, 1.5)
	equal(t, "owner", c.Owner, []int{0, 1, 2, 3, 4, 1})
	equal(t, "sizes", c.Sizes(), []int{1, 2, 1, 1, 1})
	equal(t, "normalised", p.Normalised().Data, []float32{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0})
	equal(t, "empty", Unique(NewMatrix(0, 3), 0.1).Count(), 0)
}

func TestUniqueProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, c := rapid.IntRange(1, 60).Draw(t, "k"), rapid.IntRange(1, 20).Draw(t, "c")
		p := crowd(rapid.Uint64().Draw(t, "seed"), k, c, 5, 0.3)
		eps := rapid.SampledFrom([]float64{0.025, 0.05, 0.1, 0.25, 0.5}).Draw(t, "eps")
		got := Unique(p, eps)
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
		scaled := MatrixOf(k, 5, append([]float32(nil), p.Data...))
		for i := range k {
			for j := range scaled.Row(i) {
				scaled.Row(i)[j] *= float32(int(1) << (i % 9))
			}
		}
		if n := Unique(scaled, eps).Count(); n != got.Count() {
			t.Fatalf("%d unique after scaling, %d before", n, got.Count())
		}
	})
}

func TestUniqueCentredRemovesOffset(t *testing.T) {
	p := RandomUnit(3, 300, 64)
	for i := range p.Rows {
		p.Row(i)[0] += 8
	}
	if n := Unique(p, 0.025).Count(); n > 3 {
		t.Errorf("%d unique under a large offset", n)
	}
	if n := UniqueCentred(p, 0.025).Count(); n != 300 {
		t.Errorf("%d of 300 unique after centring", n)
	}
	if m, _ := MeanNorm(Centred(p)); m > 0.05 {
		t.Errorf("centred prototypes have a mean of norm %g", m)
	}
}

func TestUniqueCentredOfCollapse(t *testing.T) {
	for name, spread := range map[string]float32{"exact": 0, "up to rounding": 1e-7} {
		c := UniqueCentred(crowd(4, 50, 1, 16, spread), 0.025)
		equal(t, name, c.Representatives, []int{0})
	}
	two := MatrixOf(4, 2, []float32{1, 0, 0, 1, 1, 0, 0, 1})
	equal(t, "two directions", UniqueCentred(two, 0.025).Owner, []int{0, 1, 0, 1})
	// Opposite pairs have mean zero; the zero row takes part in neither mean nor cover.
	odd := MatrixOf(3, 2, []float32{1, 0, 0, 0, -1, 0})
	equal(t, "zero row", UniqueCentred(odd, 0.025).Owner, []int{0, 1, 2})
	equal(t, "at the mean", UniqueCentred(MatrixOf(1, 2, []float32{3, 4}), 0.5).Count(), 1)
	equal(t, "eps 0", UniqueCentred(crowd(4, 5, 1, 16, 0), 0).Count(), 5)
}

func TestLiveThreshold(t *testing.T) {
	// 0.05·n/K = 5 with n = 400, K = 4.
	equal(t, "share", Live([]int{4, 5, 391, 0}, 400), []bool{false, true, true, false})
	equal(t, "no images", Live([]int{0, 0}, 0), []bool{false, false})
	equal(t, "at least one", Live([]int{0, 1, 2, 3}, 6), []bool{false, true, true, true})
}

func TestLiveUnique(t *testing.T) {
	at := func(deg ...float64) Matrix {
		p := NewMatrix(len(deg), 2)
		for i, a := range deg {
			p.Row(i)[0], p.Row(i)[1] = float32(math.Cos(a*math.Pi/180)), float32(math.Sin(a*math.Pi/180))
		}
		return p
	}
	// A dead row in the middle covers both neighbours, which are too far from each
	// other: live-unique exceeds unique.
	p, counts := at(10, 0, 20), []int{0, 5, 5}
	equal(t, "unique", Unique(p, 0.025).Count(), 1)
	live := LiveUnique(p, counts, 10, 0.025)
	equal(t, "live", live.Representatives, []int{1, 2})
	equal(t, "owner", live.Owner, []int{-1, 1, 2})
	equal(t, "none", LiveUnique(p, []int{0, 0, 0}, 10, 0.025).Count(), 0)
}
