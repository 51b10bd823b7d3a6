package probe

import (
	"cmp"
	"fmt"
	"slices"

	"protobench/internal/team"
	"protobench/metrics/logistic"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// The probe's fits end where predictions have settled: a largest gradient entry of
// 1e-4 to compare strengths (scikit-learn's own default) and of 1e-5 for the model.
// Weak penalties on separable features would otherwise be driven on long after
// the hold-out accuracy has settled, so the fits of the grid have a cap too.
const (
	gridTolerance  = 1e-4
	gridIterations = 100
	probeTolerance = 1e-5
)

// LinearOptions are the protocol of the linear probe; zero values mean the defaults.
type LinearOptions struct {
	Classes int       // number of classes; labels are in 0..Classes-1
	L2      []float64 // strengths to choose from, default L2Grid()
	Seed    uint64    // of the hold-out split (stream "probe")
	// Stop, if not nil, is asked between iterations; once it returns true the probe ends as
	// Undefined.
	Stop func() bool
}

// L2Grid is the default grid, strongest first: 1e2, 1e1, … 1e-6. A strength l2
// stands for mean cross-entropy + l2/2·|W|², see logistic.Fit.
func L2Grid() []float64 {
	return []float64{1e2, 1e1, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6}
}

// LinearResult is the outcome of the linear probe.
type LinearResult struct {
	Accuracy    float64        // share of test samples predicted right, 0..1
	PerClass    Tally          // by class
	Predictions []int          // [test rows]
	L2          float64        // the chosen strength
	Grid        []float64      // the strengths tried, strongest first
	HeldOut     []float64      // accuracy of each on the hold-out, 0..1; nil without a choice to make
	Model       logistic.Model // refitted on all training rows
	Warnings    []string       // what was adapted or did not converge
	Undefined   string         // why there is no result; "" when there is one
}

// Linear is the linear probe: multinomial logistic regression on features
// standardised on train, bias not penalised. The L2 strength is the one with the
// highest accuracy on a stratified 20 % hold-out of train (the stronger of equals),
// each fit of the grid starting at the solution of the next stronger and ending
// where the largest gradient entry is 1e-4, after 100 iterations at the latest; the
// model is then refitted on all of train (1e-5, 500 at the latest). The moments that
// standardise are those of all of train throughout. The team shares the work and
// changes no bit.
//
// Totally collapsed features leave the accuracy of the majority class. Rows that
// do not match in width, labels outside the classes, and NaN or Inf make it
// Undefined.
func Linear(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, o LinearOptions) LinearResult {
	r := LinearResult{Undefined: labelled(train, trainY, test, testY, o.Classes)}
	if r.Undefined != "" {
		return r
	}
	p := logistic.Prepare(team, train, trainY, o.Classes)
	w := r.choose(p, o)
	if w == nil {
		r.Undefined = stoppedEarly
		return r
	}
	end := p.Fit(p.X, p.Y, w, r.L2, logistic.Limits{Tolerance: probeTolerance, Iterations: logistic.FitIterations, Stop: o.Stop})
	if o.stopped() {
		r.Undefined = stoppedEarly
		return r
	}
	r.Model = p.Model(w, end)
	if !end.Converged {
		r.Warnings = append(r.Warnings, fmt.Sprintf("linear probe: the fit at L2 %g ended after %d iterations with a gradient of %.1e, above %.0e", r.L2, end.Iterations, end.Gradient, probeTolerance))
	}
	r.Predictions = r.Model.Predict(team, test)
	r.PerClass = tallyOf(r.Predictions, testY, o.Classes)
	r.Accuracy = r.PerClass.overall()
	return r
}

// stoppedEarly is why a probe that was told to stop has no result.
const stoppedEarly = "stopped before the end"

func (o LinearOptions) stopped() bool { return o.Stop != nil && o.Stop() }

// choose sets the L2 strength and returns where the refit starts; nil when it was stopped.
func (r *LinearResult) choose(p *logistic.Problem, o LinearOptions) []float64 {
	r.Grid = slices.Clone(o.L2)
	if len(r.Grid) == 0 {
		r.Grid = L2Grid()
	}
	slices.SortFunc(r.Grid, func(a, b float64) int { return cmp.Compare(b, a) })
	fit, held := holdOut(p.Y, len(p.Present), o.Seed)
	if len(r.Grid) == 1 || len(held) == 0 {
		r.L2 = r.Grid[len(r.Grid)/2]
		if len(r.Grid) > 1 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("linear probe: no class has two training rows to hold one out, L2 %g is taken without a choice", r.L2))
		}
		return p.Start()
	}
	return r.walk(p, fit, held, o)
}

// walk goes through the grid from strong to weak and returns the best solution; nil when it was
// stopped.
func (r *LinearResult) walk(p *logistic.Problem, fit, held []int, o LinearOptions) []float64 {
	x, y := p.X.Pick(fit), pickInts(p.Y, fit)
	hx, hy := p.X.Pick(held), pickInts(p.Y, held)
	w, best := p.Start(), []float64(nil)
	top := -1.0
	for _, l2 := range r.Grid {
		p.Fit(x, y, w, l2, logistic.Limits{Tolerance: gridTolerance, Iterations: gridIterations, Stop: o.Stop})
		if o.stopped() {
			return nil
		}
		a := p.Accuracy(hx, hy, w)
		r.HeldOut = append(r.HeldOut, a)
		if a > top {
			top, r.L2, best = a, l2, slices.Clone(w)
		}
	}
	return best
}

func pickInts(v, at []int) []int {
	out := make([]int, len(at))
	for i, a := range at {
		out[i] = v[a]
	}
	return out
}

// LinearKey is the key of the linear probe's accuracy on a branch's features.
func LinearKey(b metric.Branch) string { return linearProbe().key("", b) }

func linearProbe() probe {
	tail := metric.Spec{Formula: "mean over the classes of the part of their accuracies", Source: "probe trained on the balanced images", Tables: []metric.Table{metric.FeaturesTable}}
	return probe{name: "linear", tail: tail, run: func(in *metric.Input, fine bool) probed {
		train, test, classes := labels(in, fine)
		r := Linear(in.Team, train.x, train.y, test.x, test.y, LinearOptions{Classes: classes, Seed: in.Seed, Stop: in.Stop})
		return probed{r.Accuracy, r.PerClass, r.Undefined, r.Warnings}
	}}
}

// LinearSpecs declares the linear probe of the tables.
func LinearSpecs() []metric.Spec {
	return linearProbe().accuracies(metric.Spec{
		Formula: "min over W, b of mean cross-entropy(W x + b) + λ/2 |W|², x standardised; share of argmax right",
		Doc:     "test accuracy of a logistic regression on frozen features, trained on the balanced images",
		Source:  "L2 chosen on 20 % of its training images", Tables: []metric.Table{metric.MainTable, metric.BriefTable, metric.MatchedTable, metric.FeaturesTable},
		Column: "**linear@backbone.teacher**: test accuracy of multinomial logistic regression on standardised frozen features of the EMA teacher; " +
			"the L2 penalty is chosen on a hold-out of train and the fit repeated on all of train. **student**: the same on the student's features; **fine**: on fine labels.",
	})
}
