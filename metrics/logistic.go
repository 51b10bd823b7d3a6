package metrics

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

const (
	fitTolerance  = 1e-6 // largest gradient entry of the objective at convergence of FitLogistic
	fitIterations = 500  // iteration cap of a single fit
)

// Logistic is a fitted multinomial logistic regression on standardised features.
type Logistic struct {
	Mean, Scale []float64 // [D], of the training features; Scale is 1 where a column is constant
	Coef        []float64 // [C·D], weights of the standardised features, a class per row
	Intercept   []float64 // [C], of mean zero over the classes that train has
	Classes     int
	Present     []int   // classes that train has, ascending; others are never predicted
	Objective   float64 // mean cross-entropy + l2/2·|Coef|² at the end
	Iterations  int
	Converged   bool // the largest gradient entry is within the tolerance (ten times it where float32 rounding ended the search)
}

// FitLogistic minimises mean cross-entropy + l2/2·|W|² over the training rows x [N,D]
// with labels y in 0..classes-1, the features standardised to mean 0 and
// population standard deviation 1, the intercept not penalised.
//
// In scikit-learn's terms (½|W|² + C·Σ cross-entropy) l2 = 1/(C·N), and the value
// of its objective is N·C times this one. N has to be positive. The search ends where
// the largest gradient entry is 1e-6, after 500 iterations at the latest. The team
// shares the work and changes no bit.
func FitLogistic(team *team.Team, x Matrix, y []int, classes int, l2 float64) Logistic {
	mustMatch("labels", len(y), x.Rows)
	p := prepare(team, x, y, classes)
	w := p.start()
	end := p.fit(p.x, p.y, w, l2, limits{tolerance: fitTolerance, iterations: fitIterations})
	return p.model(w, end)
}

// problem is a training set in the coordinates of the solver.
type problem struct {
	team    *team.Team
	scaler  scaler
	turn    rotation
	x       Matrix // [N,D], standardised and rotated
	y       []int  // [N], positions in present
	present []int
	classes int
}

func prepare(team *team.Team, x Matrix, y []int, classes int) *problem {
	p := &problem{team: team, scaler: scalerOf(x), classes: classes}
	z := p.scaler.apply(x)
	p.turn = rotationOf(team, z)
	p.x = p.turn.apply(team, z)
	at := make([]int, classes)
	for c, n := range Counts(y, classes) {
		if n > 0 {
			at[c] = len(p.present)
			p.present = append(p.present, c)
		}
	}
	p.y = make([]int, len(y))
	for i, c := range y {
		p.y[i] = at[c]
	}
	return p
}

// start is the point with zero weights and biases.
func (p *problem) start() []float64 { return make([]float64, len(p.present)*(p.x.Cols+1)) }

// fit improves w on the given rows. The diagonal is the inverse Hessian at zero
// weights, where every class has probability 1/C (Böhning 1992).
func (p *problem) fit(x Matrix, y []int, w []float64, l2 float64, end limits) outcome {
	k, d := len(p.present), x.Cols
	f := newCrossEntropy(p.team, x, y, k, l2)
	diagonal := make([]float64, len(w))
	share := math.Max(0.5, float64(k-1)) / (float64(k) * float64(k))
	for i := range diagonal {
		if i < k*d {
			diagonal[i] = 1 / (float64(share*p.turn.meanSquare[i%d]) + l2 + 1e-7)
		} else {
			diagonal[i] = 1 / share
		}
	}
	return minimise(f.value, w, diagonal, end)
}

// model turns a solution back into coefficients of the standardised features.
func (p *problem) model(w []float64, end outcome) Logistic {
	k, d := len(p.present), p.x.Cols
	m := Logistic{Mean: p.scaler.mean, Scale: p.scaler.scale, Classes: p.classes, Present: p.present,
		Coef: make([]float64, p.classes*d), Intercept: make([]float64, p.classes),
		Objective: end.value, Iterations: end.iterations, Converged: end.converged}
	coef, bias := p.turn.back(w[:k*d], k), w[k*d:]
	var mean float64
	for _, b := range bias {
		mean += b / float64(k)
	}
	for i, c := range p.present {
		copy(m.Coef[c*d:(c+1)*d], coef[i*d:(i+1)*d])
		m.Intercept[c] = bias[i] - mean
	}
	return m
}

// Probabilities returns the class probabilities of rows x [N,D], [N,Classes]; 0 for
// classes that train does not have.
func (m Logistic) Probabilities(x Matrix) Matrix {
	out := m.logits(nil, x)
	for i := range out.Rows {
		m.softmax(out.Row(i))
	}
	return out
}

// Predict returns the likeliest class of each row of x [N,D], the lower one of equals.
func (m Logistic) Predict(x Matrix) []int { return m.predict(nil, x) }

func (m Logistic) predict(team *team.Team, x Matrix) []int {
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

func (m Logistic) logits(team *team.Team, x Matrix) Matrix {
	z := scaler{m.Mean, m.Scale}.apply(x)
	w := make([]float32, len(m.Coef))
	narrow(w, m.Coef)
	out := NewMatrix(x.Rows, m.Classes)
	kernel.Gemm(team, false, true, x.Rows, m.Classes, x.Cols, z.Data, x.Cols, w, x.Cols, out.Data, m.Classes, false)
	for i := range out.Rows {
		for c, b := range m.Intercept {
			out.Row(i)[c] += float32(b)
		}
	}
	return out
}

func (m Logistic) softmax(row []float32) {
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
