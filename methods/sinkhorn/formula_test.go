package sinkhorn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

// scaled runs Sinkhorn-Knopp on a positive matrix m [n,k] in float64 as it is defined: columns by
// their sums, then rows by theirs, each sum with epsilon added but the columns' first.
func scaled(m []float64, n, k, iterations int, epsilon float64) {
	for it := range iterations {
		for c := range k {
			var sum float64
			for i := range n {
				sum += m[i*k+c]
			}
			if it > 0 {
				sum += epsilon
			}
			for i := range n {
				m[i*k+c] /= sum
			}
		}
		for i := range n {
			row, sum := m[i*k:][:k], epsilon
			for _, v := range row {
				sum += v
			}
			for c := range row {
				row[c] /= sum
			}
		}
	}
}

// powers are e^(x·by).
func powers(x []float32, by float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Exp(float64(v) * by)
	}
	return out
}

// compare fails where numbers differ from those expected.
func compare(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 1e-5*(w+0.01)) {
			t.Fatalf("%s: entry %d is %g, want %g", what, i, got[i], w)
		}
	}
}

// sizes are matrices smaller and larger than slices, groups of columns and tasks.
var sizes = [][2]int{{1, 1}, {1, 7}, {5, 1}, {3, 4}, {17, 15}, {16, 16}, {30, 16}, {9, 65}, {70, 130}, {140, 200}}

// TestSinkhornByDefinition compares codes with the definition, at several ε and numbers of
// iterations.
func TestSinkhornByDefinition(t *testing.T) {
	for _, s := range sizes {
		n, k := s[0], s[1]
		scores := fixture.Uniform(n*k, "scores")
		for _, iterations := range []int{1, 2, 5} {
			for _, epsilon := range []float64{0.2, 1} {
				q, want := make([]float32, n*k), powers(scores, 1/epsilon)
				Sinkhorn(nil, q, scores, n, k, epsilon, iterations)
				scaled(want, n, k, iterations, 0)
				compare(t, fmt.Sprint(n, "×", k, ", ", iterations, " iterations, ε ", epsilon), q, want)
			}
			x := slices.Clone(scores)
			for i := range x {
				x[i] += 1.5
			}
			want := make([]float64, n*k)
			for i, v := range x {
				want[i] = float64(v)
			}
			Balance(nil, x, n, k, iterations)
			scaled(want, n, k, iterations, 0)
			compare(t, fmt.Sprint(n, "×", k, ", ", iterations, " iterations of balancing"), x, want)
		}
	}
}

// TestLogarithmicByDefinition compares the balancing of logarithms with the definition, with and
// without an epsilon that counts.
func TestLogarithmicByDefinition(t *testing.T) {
	team := team.New(3)
	defer team.Close()
	for _, epsilon := range []float64{0, 0.3} {
		b := &Logarithmic{Epsilon: epsilon} // of matrices of all sizes
		for _, s := range sizes {
			n, k := s[0], s[1]
			for _, iterations := range []int{1, 2, 5} {
				x := fixture.Uniform(n*k, fmt.Sprint("scores ", iterations))
				want := powers(x, 1)
				b.Run(team, x, n, k, iterations)
				scaled(want, n, k, iterations, epsilon)
				compare(t, fmt.Sprint(n, "×", k, ", ", iterations, " iterations, ε ", epsilon), x, want)
			}
		}
	}
}

// TestLogarithmicInSlices gives the matrix in slices of several sizes, which changes nothing.
func TestLogarithmicInSlices(t *testing.T) {
	const n, k, iterations = 11, 150, 3
	for _, epsilon := range []float64{0, 0.3} {
		x := fixture.Uniform(n*k, "scores")
		want := powers(x, 1)
		scaled(want, n, k, iterations, epsilon)
		b := &Logarithmic{Epsilon: epsilon}
		cuts := []int{0, 4, 5, 11}
		b.Start(n, k)
		for it := range iterations {
			for s, lo := range cuts[:3] {
				rows := cuts[s+1] - lo
				if it > 0 {
					b.Embeddings(nil, x[lo*k:], lo, rows, false)
				}
				b.Gather(nil, x[lo*k:], lo, rows)
			}
			b.Components(it == 0)
		}
		for s, lo := range cuts[:3] {
			b.Embeddings(nil, x[lo*k:], lo, cuts[s+1]-lo, true)
		}
		compare(t, fmt.Sprint("ε ", epsilon), x, want)
	}
}

func TestLogAdd(t *testing.T) {
	for _, c := range [][2]float32{{0, 0}, {1, 3}, {3, 1}, {-100, 50}} {
		want := math.Log(math.Exp(float64(c[0])) + math.Exp(float64(c[1])))
		if got := float64(logAdd(c[0], c[1])); !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
			t.Errorf("ln(e^%g + e^%g) is %g, want %g", c[0], c[1], got, want)
		}
	}
}

// TestLargestScore: scores are shifted by the largest of all, wherever it stands, so that no
// exponential is too large for a number.
func TestLargestScore(t *testing.T) {
	const n, k = 40, 120 // more than one task
	for _, at := range []int{0, n*k - 1} {
		scores, q := make([]float32, n*k), make([]float32, n*k)
		scores[at] = 50
		Sinkhorn(nil, q, scores, n, k, 0.05, 3)
		for i := range n {
			var sum float64
			for _, v := range q[i*k:][:k] {
				sum += float64(v)
			}
			if !(math.Abs(sum-1) <= 1e-6) {
				t.Fatalf("largest at %d: row %d sums to %g", at, i, sum)
			}
		}
		if row := q[at/k*k:][:k]; q[at] < slices.Max(row) || q[at] < 0.1 {
			t.Errorf("largest at %d: its code is %g", at, q[at])
		}
	}
}

// TestRoom: no more room is taken than the tasks need, and sums are taken in eight slices of rows,
// as nearly equal as can be.
func TestRoom(t *testing.T) {
	for _, c := range []struct{ k, groups int }{{1, 1}, {63, 1}, {64, 1}, {65, 2}, {128, 2}, {129, 3}} {
		b := new(Logarithmic)
		b.Start(3, c.k)
		b.Gather(nil, make([]float32, 3*c.k), 0, 3)
		if want := c.groups * balanceAtOnce * 3; len(b.room) != want {
			t.Errorf("%d components: room for %d numbers, want %d", c.k, len(b.room), want)
		}
	}
	for n, want := range map[int]int{1: 1, 7: 1, 8: 1, 9: 2, 16: 2, 17: 3} {
		b := newBalance(make([]float32, 5*n), n, 5)
		if b.slice() != want {
			t.Errorf("%d rows: slices of %d, want %d", n, b.slice(), want)
		}
		for s := 0; s*want < n; s++ {
			if own := b.own(s * want); &own[0] != &b.part[5*s] || len(own) != 5 {
				t.Errorf("%d rows: slice %d has the sums of another", n, s)
			}
		}
		b.end()
	}
	for size, want := range map[int]int{1: 1, kernel.ChunkSize: 1, kernel.ChunkSize + 1: 2} {
		if b := newBalance(nil, size, 1); len(b.tops) != want {
			t.Errorf("%d scores: %d tasks look for the largest, want %d", size, len(b.tops), want)
		}
	}
}
