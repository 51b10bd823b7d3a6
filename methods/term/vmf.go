package term

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// logNormaliser returns the logarithm of the von Mises-Fisher density's normaliser in d dimensions,
//
//	ln C_d(κ) = v·ln κ - (d/2)·ln 2π - ln I_v(κ)   with v = d/2 - 1,
//
// and the mean resultant length A_d(κ) = I_{v+1}(κ)/I_v(κ) = -d ln C_d/dκ (Mardia and Jupp 2000,
// sec. 9.3). Orders below besselOrder are reached from above by the recurrence I_{v-1} = I_{v+1} +
// (2v/κ)·I_v, stable in that direction.
func logNormaliser(d int, kappa float64) (logC, mean float64) {
	v, kappa := float64(float64(d)/2)-1, max(kappa, 1e-9)
	top := v
	for top < besselOrder {
		top++
	}
	logI := logBessel(top, kappa)
	mean = math.Exp(logBessel(top+1, kappa) - logI)
	for order := top; order > v; order-- {
		mean = 1 / (mean + 2*order/kappa)
		logI -= math.Log(mean)
	}
	return float64(v*math.Log(kappa)) - float64(float64(d)/2*math.Log(2*math.Pi)) - logI, mean
}

// besselOrder is the order from which [logBessel] errs by less than 1e-9.
const besselOrder = 48

// logBessel returns ln I_v(x) for large orders v, by the uniform asymptotic expansion (Abramowitz
// and Stegun 9.7.7, 9.3.9): with s = √(v²+x²) and t = v/s, s - ½·ln 2πs + v·ln(x/(v+s)) + ln(1 +
// u1(t)/v + u2(t)/v² + u3(t)/v³ + u4(t)/v⁴).
func logBessel(v, x float64) float64 {
	s := math.Hypot(v, x)
	t := v / s
	q := t * t
	u1 := t * horner(q, 3, -5) / 24
	u2 := q * horner(q, 81, -462, 385) / 1152
	u3 := t * q * horner(q, 30375, -369603, 765765, -425425) / 414720
	u4 := q * q * horner(q, 4465125, -94121676, 349922430, -446185740, 185910725) / 39813120
	series := u1/v + u2/(v*v) + u3/(v*v*v) + u4/(v*v*v*v)
	return s - float64(0.5*math.Log(2*math.Pi*s)) + float64(v*math.Log(x/(v+s))) + math.Log1p(series)
}

// horner is the polynomial in q with the given coefficients, lowest first.
func horner(q float64, coefficients ...float64) float64 {
	sum := 0.0
	for i := len(coefficients) - 1; i >= 0; i-- {
		sum = coefficients[i] + float64(q*sum)
	}
	return sum
}

// VMFBias sets bias [K] to τ·ln C_d(|c_k|/τ) for prototypes c [K,D]: what turns inner products into
// τ times the log-density of a von Mises-Fisher mixture with means c_k/|c_k| and concentrations
// |c_k|/τ. slope [K], unless nil, gets A_d/|c_k|: the bias's gradient with respect to c_k is
// -slope·c_k.
func VMFBias(bias, slope, c []float32, d int, temperature float64) {
	for k := range bias {
		row := c[k*d:][:d]
		norm := kernel.Norm(row)
		logC, mean := logNormaliser(d, norm/temperature)
		bias[k] = float32(temperature * logC)
		if slope != nil {
			slope[k] = float32(mean / max(norm, kernel.NormEps))
		}
	}
}

// VMFNode adds the normalisers' bias to scores s [N,K] of prototypes c [K,D] whose lengths count
// (DINO-vMF: Govindarajan et al. 2023): a softmax of the sum over τ is the posterior of the
// mixture. With gradient, its gradient also reaches the lengths.
func VMFNode(s, c *G.Node, gradient bool, temperature float64) (*G.Node, error) {
	n, k, d := s.Shape()[0], s.Shape()[1], c.Shape()[1]
	v := &vmf{n: n, k: k, d: d, bias: make([]float32, k), slope: make([]float32, k), sum: make([]float64, k)}
	return graph.Apply(graph.Op{
		Kind: "vmf", Out: s.Shape().Clone(), Diff: []bool{true, gradient},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			VMFBias(v.bias, v.slope, in[1], d, temperature)
			AddRows(out, in[0], v.bias)
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			if !gradient {
				return G.Nodes{grad, nil}, nil
			}
			dc, err := graph.Apply(graph.Op{
				Kind: "vmf-grad", Out: in[1].Shape().Clone(),
				Forward: func(_ *team.Team, x [][]float32, dc []float32) { v.backward(dc, x[0], x[1]) },
			}, in[1], grad, out)
			return G.Nodes{grad, dc}, err
		},
	}, s, c)
}

type vmf struct {
	n, k, d     int
	bias, slope []float32
	sum         []float64
}

// backward sets dc_k = -slope_k·c_k·Σ_n ds_nk.
func (v *vmf) backward(dc, c, ds []float32) {
	sum := v.sum
	clear(sum)
	for r := range v.n {
		for k, g := range ds[r*v.k:][:v.k] {
			sum[k] += float64(g)
		}
	}
	for i, x := range c {
		k := i / v.d
		dc[i] = float32(-sum[k] * float64(v.slope[k]) * float64(x))
	}
}

// AddRows sets out [N,K] to s + row; out may be s.
func AddRows(out, s, row []float32) {
	k := len(row)
	for lo := 0; lo < len(s); lo += k {
		for j, b := range row {
			out[lo+j] = s[lo+j] + b
		}
	}
}
