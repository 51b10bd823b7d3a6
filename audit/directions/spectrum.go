package directions

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
	"protobench/metrics/spectrum"
)

// gramBlock is how many rows are widened to float64 at once.
const gramBlock = 512

// Gram is UᵀU [D,D] of the unit rows u [K,D]. Its sums are float64, so that what is small in the
// spectrum is no rounding of what is large. nil where there is nothing to sum.
func Gram(u matrix.Matrix) *mat.SymDense {
	if len(u.Data) == 0 {
		return nil
	}
	d := u.Cols
	gram := mat.NewSymDense(d, nil)
	wide := make([]float64, min(gramBlock, u.Rows)*d)
	for lo := 0; lo < u.Rows; lo += gramBlock {
		n := min(gramBlock, u.Rows-lo)
		for i, x := range u.Data[lo*d : (lo+n)*d] {
			wide[i] = float64(x)
		}
		gram.SymRankK(gram, 1, mat.NewDense(n, d, wide[:n*d]).T())
	}
	return gram
}

// EffectiveRank is that of the rows of which gram is UᵀU, see [spectrum.EffectiveRank]; nil where it
// is undefined.
func EffectiveRank(gram *mat.SymDense, rows int) *float64 {
	if gram == nil {
		return nil
	}
	if r, ok := spectrum.EffectiveRank(SingularValues(gram, rows)); ok && matrix.Finite(r) {
		return &r
	}
	return nil
}

// SingularValues are those of so many rows u of which gram is UᵀU, largest first.
func SingularValues(gram *mat.SymDense, rows int) []float64 {
	values := Eigenvalues(gram, rows)
	for i, v := range values {
		values[i] = math.Sqrt(v)
	}
	return values
}

// Eigenvalues are at most so many of a symmetric matrix without negative ones, largest first.
func Eigenvalues(m *mat.SymDense, most int) []float64 {
	var e mat.EigenSym
	if !e.Factorize(m, false) {
		return nil
	}
	values := e.Values(nil) // ascending
	slices.Reverse(values)
	values = values[:min(len(values), max(0, most))]
	for i, v := range values {
		values[i] = math.Max(0, v)
	}
	return values
}

// Anisotropy compares the mean squared cosine of pairs with 1/D, that of independent random
// directions, in its standard deviations under chance. Σ cos² over all ordered pairs is the squared
// Frobenius norm of UᵀU less K; under chance it is K(K−1)/D ± 2K/D.
func Anisotropy(gram *mat.SymDense, rows int) float64 {
	if gram == nil || rows < 2 || gram.SymmetricDim() < 2 {
		return 0
	}
	norm := mat.Norm(gram, 2) // Frobenius
	k, d := float64(rows), float64(gram.SymmetricDim())
	return (float64(norm*norm) - k - k*(k-1)/d) / (2 * k / d)
}

// rankSteps is how finely the spectrum of chance is integrated.
const rankSteps = 4096

// RankByChance is the effective rank of k random unit vectors in d dimensions: their squared
// singular values spread as Marchenko and Pastur (1967) have it, which is exact in the limit and
// within a percent from 16 dimensions on. With the larger side as 1 and the smaller as γ a value is
// λ = 1 + γ − 2√γ·cos θ, and θ in (0, π) has density 2·sin²θ/(π·λ).
func RankByChance(k, d int) float64 {
	small := float64(min(k, d))
	gamma := small / float64(max(k, d))
	var weight, mean, log float64
	for i := range rankSteps {
		theta := math.Pi * (float64(i) + 0.5) / rankSteps
		lambda := 1 + gamma - float64(2*math.Sqrt(gamma)*math.Cos(theta))
		w, s := math.Sin(theta)*math.Sin(theta)/lambda, math.Sqrt(lambda)
		weight += w
		mean += float64(w * s)
		log += float64(w * s * math.Log(s))
	}
	mean, log = mean/weight, log/weight
	return small * mean * math.Exp(-log/mean)
}
