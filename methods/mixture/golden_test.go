package mixture

import (
	"testing"

	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
)

func TestGoldenOnlineEM(t *testing.T) {
	for _, name := range []string{"gmm_online_diag", "gmm_online_shared", "gmm_online_uniform"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["mu"])
			cov := map[string]string{"diag": "diagonal", "shared": "shared"}[f.Params["covariance"].(string)]
			m := New(golden.Float32s(f.Inputs["mu"]), s[0], s[1], cov, 1, 0)
			m.Lambda, m.VarMin, m.Alpha, m.Learned = fixture.Num(t, f.Params, "lambda"), fixture.Num(t, f.Params, "var_min"), fixture.Num(t, f.Params, "alpha0"), true
			m.Uniform = f.Params["forgetting"] == "uniform"
			copy(m.N, golden.Floats(f.Inputs["N"]))
			copy(m.Pi, golden.Floats(f.Inputs["pi"]))
			startVariances(m, golden.Floats(f.Inputs["var"]))
			for b, beta := range golden.Floats(f.Params["beta"]) {
				h := golden.Float32s(f.Inputs["batches"].([]any)[b])
				m.Update(h, beta)
				at := func(key string) any { return f.Expected[key].([]any)[b] }
				golden.Check(t, f, "responsibilities", m.work.r[:len(h)/m.D*m.K], at("responsibilities"))
				golden.Check(t, f, "log-likelihood", []float64{m.LogLikelihood()}, at("log_likelihood"))
				golden.Check(t, f, "N", m.N, at("N"))
				golden.Check(t, f, "mu", m.Mu, at("mu"))
				golden.Check(t, f, "var", variances(m), at("var"))
				golden.Check(t, f, "pi", m.Pi, at("pi"))
			}
		})
	}
}

// startVariances sets a mixture's variances, given as it shares them.
func startVariances(m *Mixture, v []float64) {
	m.Pooled[0] = v[0]
	for i := range m.Within {
		m.Within[i] = float32(v[i%len(v)])
	}
}

// variances are a mixture's variances as it shares them.
func variances(m *Mixture) []float64 {
	if m.Covariance == "shared" {
		return m.Pooled
	}
	out, per := make([]float64, len(m.Within)), len(m.Within)/m.K
	for i := range out {
		out[i] = m.variance(i/per, i%per)
	}
	return out
}

// TestGoldenBatchEM checks the mixture against batch EM: the online step that forgets everything.
func TestGoldenBatchEM(t *testing.T) {
	for _, name := range []string{"gmm_diag", "gmm_spherical", "gmm_diag_separated", "gmm_spherical_separated"} {
		t.Run(name, func(t *testing.T) {
			f := golden.Load(t, name)
			s := golden.Shape(f.Inputs["means"])
			cov := map[string]string{"diag": "diagonal", "spherical": "spherical"}[f.Params["covariance_type"].(string)]
			m := New(golden.Float32s(f.Inputs["means"]), s[0], s[1], cov, 1, 0)
			m.Lambda, m.Alpha, m.Learned, m.Uniform = 0, 0, true, true
			startVariances(m, golden.Floats(f.Inputs["covariances"]))
			copy(m.Pi, golden.Floats(f.Inputs["weights"]))
			x, reg := golden.Float32s(f.Inputs["X"]), fixture.Num(t, f.Params, "reg_covar")
			steps := map[int]string{1: "one_em_step", 5: "five_em_steps"}
			for i := 1; i <= 5; i++ {
				m.Update(x, 1)
				if i == 1 {
					golden.Check(t, f, "responsibilities", m.work.r[:len(x)/m.D*m.K], f.Expected["responsibilities"])
					golden.Check(t, f, "mean log-likelihood", []float64{m.LogLikelihood()}, f.Expected["mean_log_likelihood"])
				}
				for j := range m.Within {
					m.Within[j] += float32(reg)
				}
				if want, ok := f.Expected[steps[i]].(map[string]any); ok {
					golden.Check(t, f, steps[i]+" weights", m.Pi, want["weights"])
					golden.Check(t, f, steps[i]+" means", m.Mu, want["means"])
					golden.Check(t, f, steps[i]+" covariances", variances(m), want["covariances"])
				}
			}
		})
	}
}
