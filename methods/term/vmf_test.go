package term

import (
	"fmt"
	"math"
	"testing"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/golden"
	"protobench/methods/internal/fixture"

	G "gorgonia.org/gorgonia"
)

func TestGoldenVMF(t *testing.T) {
	t.Run("dino_vmf", func(t *testing.T) {
		f := golden.Load(t, "dino_vmf")
		kappas := golden.Floats(f.Inputs["kappas"])
		for _, d := range golden.Ints(f.Params["dims"]) {
			key := fmt.Sprint("d", d)
			var logC, plus, mean []float64
			for _, kappa := range kappas {
				c, m := logNormaliser(d, kappa)
				logC, plus, mean = append(logC, c), append(plus, c+kappa), append(mean, m)
			}
			golden.Check(t, f, "log-normaliser "+key, logC, golden.At(t, f.Expected, "log_normaliser", key))
			golden.Check(t, f, "log-normaliser and kappa "+key, plus, golden.At(t, f.Expected, "log_normaliser_plus_kappa", key))
			golden.Check(t, f, "mean resultant "+key, mean, golden.At(t, f.Expected, "mean_resultant", key))
		}
		s, d, k := golden.Shape(f.Inputs["features"]), int(fixture.Num(t, f.Params, "dim")), golden.Shape(f.Inputs["prototypes"])[0]
		temperature := fixture.Num(t, f.Params, "temperature")
		g := G.NewGraph()
		x := graph.Input(g, "x", golden.Float32s(f.Inputs["features"]), s...)
		c := graph.Input(g, "c", golden.Float32s(f.Inputs["prototypes"]), k, d)
		z := fixture.Node(t)(encoders.Normalize(x))
		scores := fixture.Node(t)(VMFNode(fixture.Node(t)(ScoresNode(z, c, true)), c, true, temperature))
		loss := fixture.Node(t)(fixture.DotNode(scores, golden.Float32s(f.Inputs["grad_out"])))
		grads, err := graph.Gradients(loss, x, c)
		if err != nil {
			t.Fatal(err)
		}
		p, err := graph.Compile(g, append(G.Nodes{loss, scores}, grads...)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		scaled := func(v []float32, by float64) []float64 { // scores are τ times the logits
			out := make([]float64, len(v))
			for i := range v {
				out[i] = float64(v[i]) * by
			}
			return out
		}
		golden.Check(t, f, "logits", scaled(p.Value(scores), 1/temperature), f.Expected["logits"])
		golden.Check(t, f, "gradient of the features", scaled(p.Value(grads[0]), 1/temperature), f.Expected["grad_features"])
		golden.Check(t, f, "gradient of the prototypes", scaled(p.Value(grads[1]), 1/temperature), f.Expected["grad_prototypes"])
		bias := make([]float32, k)
		VMFBias(bias, nil, golden.Float32s(f.Inputs["prototypes"]), d, temperature)
		golden.Check(t, f, "normalisers", scaled(bias, 1/temperature), f.Expected["log_normaliser_of_prototypes"])
	})
}

// TestLogNormaliserInClosedForm compares with the closed form in three dimensions, C_3 = κ/(4π·sinh
// κ), and checks in others that A_d is the derivative, down to concentrations where densities are
// nearly uniform.
func TestLogNormaliserInClosedForm(t *testing.T) {
	for _, kappa := range []float64{1e-3, 0.1, 1, 10, 300} {
		want := math.Log(kappa/(2*math.Pi)) - kappa - math.Log1p(-math.Exp(-2*kappa))
		got, mean := logNormaliser(3, kappa)
		langevin := 1/math.Tanh(kappa) - 1/kappa
		if !(math.Abs(got-want) <= 1e-9) || !(math.Abs(mean-langevin) <= 1e-9) {
			t.Errorf("d = 3, κ = %g: %v and %v, want %v and %v", kappa, got, mean, want, langevin)
		}
		for _, d := range []int{2, 5, 64, 129, 512} {
			h := 1e-4 * kappa
			up, _ := logNormaliser(d, kappa+h)
			down, _ := logNormaliser(d, kappa-h)
			if _, mean := logNormaliser(d, kappa); !(math.Abs((down-up)/(2*h)-mean) <= 1e-5*mean+1e-7/h*1e-4) {
				t.Errorf("d = %d, κ = %g: A is %g, -d ln C/dκ %g", d, kappa, mean, (down-up)/(2*h))
			}
		}
	}
}
