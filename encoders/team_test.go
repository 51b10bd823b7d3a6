package encoders

import (
	"math"
	"testing"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// onTeams runs f on teams of several sizes and compares the bits of what it returns with those of
// one thread.
func onTeams(t *testing.T, f func(team *team.Team) [][]float32) {
	t.Helper()
	want := f(nil)
	for _, threads := range []int{2, 3} {
		team := team.New(threads)
		got := f(team)
		team.Close()
		for a := range want {
			for i, w := range want[a] {
				if g := got[a][i]; math.Float32bits(g) != math.Float32bits(w) {
					t.Fatalf("%d threads: number %d of array %d is %g, alone %g", threads, i, a, g, w)
				}
			}
		}
	}
}

// TestTeamsAgree runs whole networks forward and backward.
func TestTeamsAgree(t *testing.T) {
	in := Input{Height: 16, Width: 16, Channels: 3}
	for _, cfg := range []Config{
		{Name: "convnet", Width: 16, Depth: 3, StemStride: 1, Hidden: 48, Dim: 24},
		{Name: "mlp", Width: 16, Depth: 2, Dim: 24},
		{Name: "resnet18", Width: 8, Depth: 3, StemStride: 1, Winograd: 2, Hidden: 48, Dim: 24},
		{Name: "resnet18", Width: 8, Depth: 3, StemStride: 1, Winograd: 4, Hidden: 48, Dim: 24},
		{Name: "vit", Width: 16, Depth: 2, Patch: 4, Heads: 3, Dim: 24},
	} {
		t.Run(cfg.Name, func(t *testing.T) {
			onTeams(t, func(team *team.Team) [][]float32 {
				const n = 20
				w, err := New(cfg, in, 1)
				if err != nil {
					t.Fatal(err)
				}
				g := G.NewGraph()
				nodes, err := w.Build(graph.Input(g, "x", noise(n*16*16*3, "x"), n, 16, 16, 3), Training, "")
				if err != nil {
					t.Fatal(err)
				}
				z := must(t)(Normalize(nodes.Embedding))
				p, grads := runVJP(t, g, z, noise(n*cfg.Dim, "w"), nodes.Params...)
				if err := p.Run(team); err != nil {
					t.Fatal(err)
				}
				out := [][]float32{p.Value(z)}
				for _, n := range grads {
					out = append(out, p.Value(n))
				}
				return out
			})
		})
	}
}

// TestEMAOnTeams averages an array of several chunks.
func TestEMAOnTeams(t *testing.T) {
	n := 3*kernel.ChunkSize + 11
	onTeams(t, func(team *team.Team) [][]float32 {
		teacher := noise(n, "teacher")
		EMA(team, teacher, noise(n, "student"), 0.9)
		return [][]float32{teacher}
	})
}
