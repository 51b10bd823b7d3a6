package logistic

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// Model is a fitted multinomial logistic regression on standardised features.
type Model struct {
	Mean, Scale []float64 // [D], of the training features; Scale is 1 where a column is constant
	Coef        []float64 // [C·D], weights of the standardised features, a class per row
	Intercept   []float64 // [C], of mean zero over the classes that train has
	Classes     int       // number of classes, C
	Present     []int     // classes that train has, ascending; others are never predicted
	Objective   float64   // mean cross-entropy + l2/2·|Coef|² at the end
	Iterations  int       // steps of the fit
	Converged   bool      // the largest gradient entry is within the tolerance (ten times it where float32 rounding ended the search)
}

// Probabilities returns the class probabilities of rows x [N,D], [N,Classes]; 0 for
// classes that train does not have. The team shares the work and changes no bit.
func (m Model) Probabilities(team *team.Team, x matrix.Matrix) matrix.Matrix {
	out := m.logits(team, x)
	for i := range out.Rows {
		m.softmax(out.Row(i))
	}
	return out
}

// Predict returns the likeliest class of each row of x [N,D], the lower one of equals.
// The team shares the work and changes no bit.
func (m Model) Predict(team *team.Team, x matrix.Matrix) []int {
	out := make([]int, x.Rows)
	logits := m.logits(team, x)
	for i := range out {
		row, best := logits.Row(i), m.Present[0]
		for _, c := range m.Present[1:] {
			if row[c] > row[best] {
				best = c
			}
		}
		out[i] = best
	}
	return out
}

func (m Model) logits(team *team.Team, x matrix.Matrix) matrix.Matrix {
	z := Scaler{m.Mean, m.Scale}.Apply(x)
	w := make([]float32, len(m.Coef))
	narrow(w, m.Coef)
	out := matrix.New(x.Rows, m.Classes)
	kernel.Gemm(team, false, true, x.Rows, m.Classes, x.Cols, z.Data, x.Cols, w, x.Cols, out.Data, m.Classes, false)
	for i := range out.Rows {
		for c, b := range m.Intercept {
			out.Row(i)[c] += float32(b)
		}
	}
	return out
}

func (m Model) softmax(row []float32) {
	top := math.Inf(-1)
	for _, c := range m.Present {
		top = math.Max(top, float64(row[c]))
	}
	p, sum := make([]float64, len(m.Present)), 0.0
	for i, c := range m.Present {
		p[i] = math.Exp(float64(row[c]) - top)
		sum += p[i]
	}
	clear(row)
	for i, c := range m.Present {
		row[c] = float32(p[i] / sum)
	}
}
