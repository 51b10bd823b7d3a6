package methods

import (
	"fmt"
	"math"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/part"

	"github.com/google/go-cmp/cmp"

	G "gorgonia.org/gorgonia"
)

// uniform are n numbers within [-1,1).
func uniform(n int, purpose string) []float32 {
	r, x := stream.New(4, purpose), make([]float32, n)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

// equalBits compares two results to the bit.
func equalBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %g, alone %g", what, i, got[i], want[i])
		}
	}
}

// onTeams runs what is shared between threads on teams of several sizes: the bits are those of one thread.
func onTeams(t *testing.T, run func(team *team.Team) []float32) {
	t.Helper()
	want := run(nil)
	for _, threads := range []int{2, 3} {
		team := team.New(threads)
		equalBits(t, fmt.Sprint(threads, " threads"), run(team), want)
		team.Close()
	}
}

func TestCrossEntropyOnTeams(t *testing.T) {
	const n, k = 210, 301
	scores, targets := uniform(n*k, "scores"), make([]float32, n*k)
	kernel.SoftmaxRows(nil, targets, uniform(n*k, "targets"), n, k, 5)
	onTeams(t, func(team *team.Team) []float32 { return crossEntropyAndGradient(t, team, scores, targets, n, k) })
}

func TestSinkhornOnTeams(t *testing.T) {
	const n, k = 210, 301
	scores := uniform(n*k, "scores")
	onTeams(t, func(team *team.Team) []float32 {
		q := make([]float32, n*k)
		Sinkhorn(team, q, scores, n, k, 0.05, 3)
		return q
	})
}

func TestMixtureOnTeams(t *testing.T) {
	const n, k, d = 210, 301, 40
	z := uniform(n*d, "z")
	onTeams(t, func(team *team.Team) []float32 {
		m := NewMixture(uniform(k*d, "mu"), k, d, "diagonal", 0.1, 1)
		m.Team = team
		m.Update(z, 1)
		m.Update(z, 0.5)
		return append([]float32{float32(m.LogLikelihood())}, m.work.r...)
	})
}

func crossEntropyAndGradient(t *testing.T, team *team.Team, scores, targets []float32, n, k int) []float32 {
	t.Helper()
	g := G.NewGraph()
	s := graph.Input(g, "s", scores, n, k)
	loss, err := crossEntropyNode(s, graph.Input(g, "q", targets, n, k), 0.1, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	grads, err := graph.Gradients(loss, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.Compile(g, loss, grads[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(team); err != nil {
		t.Fatal(err)
	}
	return append([]float32{p.Value(loss)[0]}, p.Value(grads[0])...)
}

// TestSinkhornEdges has a prototype and a row without mass and scores that underflow: nothing becomes NaN, and rows sum to 1.
func TestSinkhornEdges(t *testing.T) {
	const n, k = 9, 20
	q := uniform(n*k, "edges")
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
		if math.Abs(s-1) > 1e-6 {
			t.Errorf("row %d sums to %g", i, s)
		}
	}
	zero := make([]float32, n*k)
	zero[5], zero[k+5] = 2, 3
	balance(nil, zero, n, k, 2)
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
			scores := uniform(s[0]*s[1], "scores")
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

// TestTeamsTrainAlike trains arms whose losses or clusterings have loops of their own on one thread and on three.
func TestTeamsTrainAlike(t *testing.T) {
	for _, preset := range []string{"carp", "carl", "smog", "pcl", "sela", "massl", "capi", "deepcluster-v2"} {
		var want []part.Named
		for _, threads := range []int{1, 3} {
			cfg := testConfig(t, preset)
			cfg.Train.Batch, cfg.Images = 20, 80
			cfg.Team = team.New(threads)
			tr := start(t, cfg)
			steps(t, tr, batches(cfg), 5) // into the second epoch
			got := tr.State()
			cfg.Team.Close()
			if want == nil {
				want = got
			} else if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s on %d threads: %.400s", preset, threads, d)
			}
		}
	}
}
