package learner

import (
	"math"
	"testing"

	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// TestSteps checks the schedules' forgetting against the recursions that they stand for.
func TestSteps(t *testing.T) {
	cfg := small(nil)
	for step, size := range map[string]func(t float64) float64{
		"cappe-moulines": func(t float64) float64 { return math.Pow(t+5, -0.7) },
		"liang-klein":    func(t float64) float64 { return math.Pow(t+1, -0.7) }, // (k+2)^-a of update k = t-1
	} {
		for _, forgetting := range []string{"uniform", "responsibility"} {
			cfg.Settings.MustSet("gmm.step", step)
			cfg.Settings.MustSet("gmm.step_power", 0.7)
			cfg.Settings.MustSet("gmm.step_offset", 5)
			cfg.Settings.MustSet("gmm.forgetting", forgetting)
			g := newGMM(cfg, placed(fixture.RandomUnit(1, 3, 4), 4))
			mean, sum := 0.3, 0.3/size(0)
			for i := 1.0; i < 20; i++ {
				lambda := g.forgetting(i)
				if forgetting == "responsibility" {
					if !(math.Abs(lambda-(1-size(i))) <= 1e-12) {
						t.Errorf("%s: update %g has λ = %g", step, i, lambda)
					}
					continue
				}
				mass := math.Sin(i) + 2
				mean, sum = (1-size(i))*mean+size(i)*mass, lambda*sum+mass
				if !(math.Abs(sum*size(i)-mean) <= 1e-9) {
					t.Errorf("%s: after update %g the statistics are %g, want %g", step, i, sum*size(i), mean)
				}
			}
		}
	}
}

// TestLastingMemory checks that a step of one over the number of updates forgets nothing.
func TestLastingMemory(t *testing.T) {
	cfg := small(map[string]any{"gmm.step": "cappe-moulines", "gmm.step_power": 1, "gmm.forgetting": "uniform"})
	g := newGMM(cfg, placed([]float32{1, 0}, 2))
	in := &Step{Found: NewFound(), PerEpoch: 4}
	r := stream.New(1, "memory")
	var seen []float64
	for range 50 {
		z := []float32{float32(r.NormFloat64()), float32(r.NormFloat64())}
		kernel.NormalizeRows(z, z, 1, 2, nil)
		in.Z[part.Teacher], seen = z, append(seen, float64(z[1]))
		g.Before(in)
	}
	var want float64
	for _, v := range seen {
		want += v / 51 // the start counts as one embedding
	}
	if got := float64(g.m.Mu[1]); !(math.Abs(got-want) <= 1e-5) || !(math.Abs(g.m.N[0]-51) <= 1e-9) {
		t.Errorf("mean %g of mass %g, want %g of 51", got, g.m.N[0], want)
	}
}
