package probe

import (
	"fmt"
	"math"
	"slices"

	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/metrics/logistic"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// FewShotOptions are the protocol of the few-shot probe; zero values mean the defaults.
type FewShotOptions struct {
	Classes int    // number of classes; labels are in 0..Classes-1
	Shots   int    // labelled training rows of each class, default 1
	Draws   int    // of these rows, default 5
	Seed    uint64 // of the draws (stream "few-shot")
	// Stop, if not nil, is asked between iterations; once it returns true the probe ends as
	// Undefined.
	Stop func() bool
}

// FewShots are the numbers of labelled rows that are probed: 1, 5 and 10 of each class.
func FewShots() []int { return []int{1, 5, 10} }

const fewShotDraws = 5

// FewShotResult is the outcome of the few-shot probe.
type FewShotResult struct {
	Accuracy    float64   // mean over the draws of the share of test rows predicted right, 0..1
	Spread      float64   // standard deviation over the draws (n-1); 0 of one draw
	Draws       []float64 // accuracy of each draw, 0..1
	Predictions [][]int   // [draws][test rows]
	Warnings    []string  // what was adapted
	Undefined   string    // why there is no result; "" when there is one
}

// FewShot is a linear probe that sees few labels (Assran et al. 2022, MSN's low-shot evaluation):
// multinomial logistic regression on Shots training rows of each class, drawn anew for every draw, at
// L2 1/rows (scikit-learn's C = 1; no label is left to choose it by). Features are standardised by
// the moments of all training rows, which need no labels.
//
// Features whose classes lie apart need few labels; totally collapsed ones leave chance. A class
// with fewer rows gives all of them, with a warning. Rows that do not match in width, labels outside
// the classes, and NaN or Inf make it Undefined. The team shares the work and changes no bit.
func FewShot(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, o FewShotOptions) FewShotResult {
	o = o.withDefaults()
	r := FewShotResult{Undefined: labelled(train, trainY, test, testY, o.Classes)}
	if r.Undefined != "" {
		return r
	}
	s := logistic.Moments(train)
	byClass := make([][]int, o.Classes)
	for i, c := range trainY {
		byClass[c] = append(byClass[c], i)
	}
	r.warn(byClass, o.Shots)
	scaled := s.Apply(test)
	for draw := range o.Draws {
		rows := shots(byClass, o, draw)
		m := logistic.FitScaled(team, s.Apply(train.Pick(rows)), pickInts(trainY, rows), o.Classes, 1/float64(len(rows)), o.Stop)
		if o.Stop != nil && o.Stop() {
			r.Undefined = stoppedEarly
			return r
		}
		predicted := m.Predict(team, scaled)
		r.Predictions = append(r.Predictions, predicted)
		r.Draws = append(r.Draws, tallyOf(predicted, testY, o.Classes).overall())
	}
	r.Accuracy, r.Spread = meanAndSpread(r.Draws)
	return r
}

func (o FewShotOptions) withDefaults() FewShotOptions {
	if o.Shots <= 0 {
		o.Shots = 1
	}
	if o.Draws <= 0 {
		o.Draws = fewShotDraws
	}
	return o
}

// warn names the smallest of the classes that have fewer rows than asked for.
func (r *FewShotResult) warn(byClass [][]int, want int) {
	least, class := want, -1
	for c, rows := range byClass {
		if n := len(rows); n > 0 && n < least {
			least, class = n, c
		}
	}
	if class >= 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("few-shot probe: class %d has %d training rows, fewer than %d", class, least, want))
	}
}

// shots draws the labelled rows, ascending.
func shots(byClass [][]int, o FewShotOptions, draw int) []int {
	rng := stream.New(o.Seed, "few-shot", uint64(o.Shots), uint64(draw))
	var rows []int
	for _, all := range byClass {
		for _, at := range rng.Perm(len(all))[:min(o.Shots, len(all))] {
			rows = append(rows, all[at])
		}
	}
	slices.Sort(rows)
	return rows
}

func meanAndSpread(v []float64) (mean, spread float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	if len(v) < 2 {
		return mean, 0
	}
	for _, x := range v {
		spread += float64((x - mean) * (x - mean))
	}
	return mean, math.Sqrt(spread / float64(len(v)-1))
}

// FewShotSpecs declares the few-shot probe at each of [FewShots].
func FewShotSpecs() []metric.Spec {
	var list []metric.Spec
	for _, shots := range FewShots() {
		list = append(list, metric.ForBranches(func(b metric.Branch) metric.Spec {
			return metric.Spec{
				Key: probe{name: fmt.Sprintf("fewshot%d", shots)}.key("", b), Unit: metric.Accuracy, Better: metric.Higher,
				Doc:     fmt.Sprintf("test accuracy of a logistic regression on %d training images of each class, mean of 5 draws", shots),
				Formula: "min over W, b of mean cross-entropy(W x + b) + |W|²/(2m) over m labelled images, x standardised; share of argmax right",
				Source:  "Assran et al. 2022", Collapse: "chance when features collapse totally; low where classes are not told apart without many labels",
				Undefined: "features that are not finite",
				Value: func(in *metric.Input) metric.Result {
					train, test, classes := labels(in, false)
					r := metric.Shared(in, fmt.Sprintf("few-shot %d", shots), func() FewShotResult {
						return FewShot(in.Team, train.x, train.y, test.x, test.y, FewShotOptions{Classes: classes, Shots: shots, Seed: in.Seed, Stop: in.Stop})
					})
					return probed{accuracy: r.Accuracy, undefined: r.Undefined, warnings: r.Warnings}.result()
				},
			}
		})...)
	}
	return list
}
