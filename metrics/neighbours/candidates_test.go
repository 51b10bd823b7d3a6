package neighbours

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
)

// However cosines come in runs, the k nearest are those of the whole sorted list, lower index first.
func TestCandidatesAreTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cos := rapid.SliceOfN(rapid.SampledFrom([]float32{-1, -0.5, float32(math.Copysign(0, -1)), 0, 0.25, 0.5, 0.75, 1}), 1, 400).Draw(t, "cos")
		if rapid.Bool().Draw(t, "fine") {
			for i := range cos {
				cos[i] += float32(rapid.Float64Range(0, 0.1).Draw(t, "more"))
			}
		}
		k := rapid.IntRange(1, len(cos)).Draw(t, "k")
		var l candidates
		for first := 0; first < len(cos); {
			n := min(rapid.IntRange(1, 150).Draw(t, "run"), len(cos)-first)
			l.look(cos[first:first+n], first, k)
			first += n
		}
		l.end(k)
		want := make([]int, len(cos))
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int {
			switch {
			case cos[a] > cos[b]:
				return -1
			case cos[a] < cos[b]:
				return 1
			}
			return 0
		})
		if len(l.sorted) != k {
			t.Fatalf("%d of %d", len(l.sorted), k)
		}
		for i, n := range l.sorted {
			if n.Index != want[i] || n.Cosine != cos[n.Index] {
				t.Fatalf("place %d: %+v, want %d at %g", i, n, want[i], cos[want[i]])
			}
		}
	})
}

func TestLargestFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 1000), 1, 80, rapid.ID[uint64]).Draw(t, "v")
		k := rapid.IntRange(1, len(v)).Draw(t, "k")
		want := slices.Clone(v)
		slices.Sort(want)
		slices.Reverse(want)
		least := largestFirst(v, k)
		got := slices.Clone(v[:k])
		slices.Sort(got)
		slices.Reverse(got)
		if least != want[k-1] || !slices.Equal(got, want[:k]) {
			t.Fatalf("%v, least %d, want %v", got, least, want[:k])
		}
	})
}

func TestKeysAreOrderedAsNeighbours(t *testing.T) {
	for i, c := range []float32{-1.0000001, -1, -0.5, 0, 1e-30, 0.5, 1} {
		for _, index := range []int{0, 7, 1<<32 - 1} {
			fixture.Equal(t, "index", nearOf(keyOf(c, index)).Index, index)
			fixture.Equal(t, "cosine", nearOf(keyOf(c, index)).Cosine, c)
		}
		if i > 0 && keyOf(c, 9) <= keyOf([]float32{-1.0000001, -1, -0.5, 0, 1e-30, 0.5, 1}[i-1], 0) {
			t.Errorf("%g is not nearer than the one before", c)
		}
	}
	if keyOf(0.5, 3) <= keyOf(0.5, 4) || keyOf(float32(math.Copysign(0, -1)), 3) != keyOf(0, 3) {
		t.Error("of equals the lower index is the nearer, and -0 is 0")
	}
}
