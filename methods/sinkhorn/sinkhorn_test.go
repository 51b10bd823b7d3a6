package sinkhorn

import (
	"fmt"
	"math"
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

func TestSinkhornOnTeams(t *testing.T) {
	const n, k = 210, 301
	scores := fixture.Uniform(n*k, "scores")
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		q := make([]float32, n*k)
		Sinkhorn(team, q, scores, n, k, 0.05, 3)
		return q
	})
}

// TestSinkhornEdges has a prototype and a row without mass and scores that underflow: nothing
// becomes NaN, and rows sum to 1.
func TestSinkhornEdges(t *testing.T) {
	const n, k = 9, 20
	q := fixture.Uniform(n*k, "edges")
	for i := range n {
		q[i*k+3] = -1e4
	}
	for j := range k {
		q[2*k+j] = -1e4
	}
	Sinkhorn(nil, q, q, n, k, 0.05, 10)
	for i := range n {
		var s float64
		for _, v := range q[i*k:][:k] {
			s += float64(v)
		}
		if !(math.Abs(s-1) <= 1e-6) {
			t.Errorf("row %d sums to %g", i, s)
		}
	}
	zero := make([]float32, n*k)
	zero[5], zero[k+5] = 2, 3
	Balance(nil, zero, n, k, 2)
	for i, v := range zero {
		want := float32(0)
		if i == 5 || i == k+5 {
			want = 1
		}
		if v != want {
			t.Errorf("number %d is %g, not %g", i, v, want)
		}
	}
}

func BenchmarkSinkhorn(b *testing.B) {
	for _, s := range [][2]int{{128, 512}, {256, 65536}} {
		b.Run(fmt.Sprint(s[0], "x", s[1]), func(b *testing.B) {
			scores := fixture.Uniform(s[0]*s[1], "scores")
			q := make([]float32, len(scores))
			b.SetBytes(int64(4 * len(q)))
			b.ReportAllocs()
			for b.Loop() {
				Sinkhorn(nil, q, scores, s[0], s[1], 0.05, 3)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(q)), "ns/element")
		})
	}
}
