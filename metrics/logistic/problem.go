package logistic

import (
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// Problem is a training set in the coordinates of the solver: fits of several strengths, or on
// some of its rows alone, share the work that comes before the first of them. Parameters w are
// [k·D] weights of the features X, a class per row, then [k] biases, of the k classes in Present.
type Problem struct {
	X       matrix.Matrix // [N,D], standardised and rotated
	Y       []int         // [N], positions in Present
	Present []int         // [k], classes that the labels have, ascending

	team    *team.Team
	scaler  Scaler
	turn    rotation
	classes int
}

// Prepare standardises the training rows x [N,D] by their own moments and turns them onto their
// principal axes, the leading ones where D is large. N has to be positive; the labels y [N] are in
// 0..classes-1, another one panics. The team shares the work of this and of the problem's fits, and
// changes no bit.
func Prepare(team *team.Team, x matrix.Matrix, y []int, classes int) *Problem {
	p := &Problem{team: team, scaler: Moments(x), classes: classes}
	z := p.scaler.Apply(x)
	p.turn = rotationOf(team, z)
	p.X = p.turn.apply(team, z)
	p.label(y)
	return p
}

// prepareScaled is [Prepare] for rows that are few and scaled already: their axes are their own.
func prepareScaled(team *team.Team, x matrix.Matrix, y []int, classes int) *Problem {
	unscaled := Scaler{mean: make([]float64, x.Cols), scale: slices.Repeat([]float64{1}, x.Cols)}
	p := &Problem{team: team, scaler: unscaled, classes: classes, turn: ownAxes{}, X: x}
	p.label(y)
	return p
}

// label takes over the labels.
func (p *Problem) label(y []int) {
	has, at := make([]bool, p.classes), make([]int, p.classes)
	for _, c := range y {
		has[c] = true
	}
	for c, ok := range has {
		if ok {
			at[c] = len(p.Present)
			p.Present = append(p.Present, c)
		}
	}
	p.Y = make([]int, len(y))
	for i, c := range y {
		p.Y[i] = at[c]
	}
}

// Start is where a first fit begins: zero weights and biases, [k·D+k].
func (p *Problem) Start() []float64 { return make([]float64, len(p.Present)*(p.X.Cols+1)) }

// Fit improves the parameters w in place, towards the least mean cross-entropy + l2/2·|weights|² on
// rows x [M,D] with labels y [M]: the problem's X and Y, or some of their rows.
func (p *Problem) Fit(x matrix.Matrix, y []int, w []float64, l2 float64, limits Limits) Outcome {
	f := newCrossEntropy(p.team, x, y, len(p.Present), l2)
	return minimise(f.value, w, f.inverse(w), limits)
}

// Model turns the parameters w that a fit ended with back into coefficients of the standardised
// features.
func (p *Problem) Model(w []float64, end Outcome) Model {
	k, d := len(p.Present), p.X.Cols
	m := Model{Mean: p.scaler.mean, Scale: p.scaler.scale, Classes: p.classes, Present: p.Present,
		Coef: make([]float64, p.classes*d), Intercept: make([]float64, p.classes),
		Objective: end.Value, Iterations: end.Iterations, Converged: end.Converged}
	coef, bias := p.turn.back(w[:k*d], k), w[k*d:]
	var mean float64
	for _, b := range bias {
		mean += b / float64(k)
	}
	for i, c := range p.Present {
		copy(m.Coef[c*d:(c+1)*d], coef[i*d:(i+1)*d])
		m.Intercept[c] = bias[i] - mean
	}
	return m
}

// Accuracy is the share of rows x [M,D] whose labels y [M] the parameters w predict, 0..1. Rows and
// labels are like X and Y; M has to be positive.
func (p *Problem) Accuracy(x matrix.Matrix, y []int, w []float64) float64 {
	k, d := len(p.Present), x.Cols
	weights := make([]float32, k*d)
	narrow(weights, w[:k*d])
	logits := matrix.New(x.Rows, k)
	kernel.Gemm(p.team, false, true, x.Rows, k, d, x.Data, d, weights, d, logits.Data, k, false)
	right := 0
	for i := range x.Rows {
		row := logits.Row(i)
		for c := range row {
			row[c] += float32(w[k*d+c])
		}
		if matrix.Argmax(row) == y[i] {
			right++
		}
	}
	return float64(right) / float64(len(y))
}
