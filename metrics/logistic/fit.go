package logistic

import (
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

const (
	fitTolerance = 1e-6 // largest gradient entry of the objective at convergence of Fit
	// scaledTolerance is the same of FitScaled.
	scaledTolerance = 1e-4
	// FitIterations is the most iterations of a fit whose model is used.
	FitIterations = 500
)

// Fit minimises mean cross-entropy + l2/2·|W|² over the training rows x [N,D]
// with labels y in 0..classes-1, the features standardised to mean 0 and
// population standard deviation 1, the intercept not penalised.
//
// In scikit-learn's terms (½|W|² + C·Σ cross-entropy) l2 = 1/(C·N), and the value
// of its objective is N·C times this one. N has to be positive. The search ends where
// the largest gradient entry is 1e-6, after 500 iterations at the latest. The team
// shares the work and changes no bit.
func Fit(team *team.Team, x matrix.Matrix, y []int, classes int, l2 float64) Model {
	matrix.MustMatch("labels", len(y), x.Rows)
	p := Prepare(team, x, y, classes)
	w := p.Start()
	end := p.Fit(p.X, p.Y, w, l2, Limits{Tolerance: fitTolerance, Iterations: FitIterations})
	return p.Model(w, end)
}

// FitScaled is [Fit] for rows x [N,D] that are few and standardised already, by moments of more than
// them: they are taken as they are, and the search ends where the largest gradient entry is 1e-4, as
// scikit-learn's. Once stop (nil for never) says so, the model is of no use.
func FitScaled(team *team.Team, x matrix.Matrix, y []int, classes int, l2 float64, stop func() bool) Model {
	matrix.MustMatch("labels", len(y), x.Rows)
	p := prepareScaled(team, x, y, classes)
	w := p.Start()
	end := p.Fit(p.X, p.Y, w, l2, Limits{Tolerance: scaledTolerance, Iterations: FitIterations, Stop: stop})
	return p.Model(w, end)
}
