package probe

import (
	"fmt"
	"math"
	"slices"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/neighbours"
)

// KNNOptions are the protocol of a weighted k-NN; zero values mean the defaults.
type KNNOptions struct {
	K       int     // neighbours that vote, default 20
	Tau     float64 // temperature of the votes, default 0.07
	Classes int     // number of classes; labels are in 0..Classes-1
	Scores  bool    // keep the class scores
	// Stop, if not nil, is asked between blocks of rows; once it returns true the result is
	// Undefined.
	Stop func() bool
}

// KNNResult is the outcome of a weighted k-NN.
type KNNResult struct {
	Accuracy    float64       // share of test samples predicted right, 0..1
	PerClass    Tally         // by class
	Predictions []int         // [test rows]; the lower class wins ties
	Scores      matrix.Matrix // [test rows,Classes], Σ exp((cos-1)/τ) over voting neighbours; only with KNNOptions.Scores
	Warnings    []string      // what was adapted
	Undefined   string        // why there is no result; "" when there is one
}

// KNN classifies test rows by their nearest training rows: cosine similarity, votes
// exp(cos/τ) (Wu et al. 2018; DINO's eval_knn), scaled by exp(-1/τ) against
// overflow. The lower training index wins among equally near rows. Totally
// collapsed features make all neighbours equal, which leaves about chance. A
// zero row is at cosine 0 from everything. Rows that do not match in width, labels
// outside the classes, and NaN or Inf make it Undefined. The team shares the work
// and changes no bit.
func KNN(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, o KNNOptions) KNNResult {
	if o.K <= 0 {
		o.K = knnK
	}
	if o.Tau <= 0 {
		o.Tau = knnTau
	}
	found := nearestOf(team, train, trainY, test, testY, []int{o.K}, o.Classes, o.Stop)
	r := KNNResult{Undefined: found.undefined, Warnings: found.warnings}
	if r.Undefined != "" {
		return r
	}
	if o.Scores {
		r.Scores = matrix.New(test.Rows, o.Classes)
	}
	cell := KNNCell{K: o.K, Tau: o.Tau}
	found.count(team, []*KNNCell{&cell}, trainY, testY, o.Classes, r.Scores)
	r.Accuracy, r.PerClass, r.Predictions = cell.Top1, cell.PerClass, cell.Predictions
	return r
}

// The neighbours and the temperature of the headline's k-NN (Caron et al. 2021).
const (
	knnK   = 20
	knnTau = 0.07
)

// found are the neighbours of all test rows, as many as the largest k asks for.
type found struct {
	near      [][]neighbours.Near
	warnings  []string
	undefined string // why there are none
}

// nearestOf looks for the neighbours of all test rows. Where there are fewer training rows than a k,
// all of them vote, with a warning.
func nearestOf(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, ks []int, classes int, stop func() bool) found {
	f := found{undefined: labelled(train, trainY, test, testY, classes)}
	if f.undefined != "" {
		return f
	}
	for _, k := range ks {
		if k > train.Rows {
			f.warnings = append(f.warnings, fewVote(train.Rows, k))
		}
	}
	f.near = neighbours.Of(team, train.NormalisedBy(team), test.NormalisedBy(team), min(slices.Max(ks), train.Rows), stop)
	if f.near == nil {
		f.undefined = stoppedEarly
	}
	return f
}

// count lets the neighbours vote for cells that are in the order of their k and share a temperature,
// and fills them. The scores of the last one are kept where there is room for them.
func (f found) count(team *team.Team, cells []*KNNCell, trainY, testY []int, classes int, scores matrix.Matrix) {
	for _, c := range cells {
		c.Predictions, c.InTop5 = make([]int, len(f.near)), make([]bool, len(f.near))
	}
	team.Chunks(len(f.near), voteTask, func(lo, hi int) {
		votes := make([]float64, classes)
		for i := lo; i < hi; i++ {
			f.elect(i, cells, trainY, testY[i], votes)
			if scores.Rows > 0 {
				for c, v := range votes {
					scores.Row(i)[c] = float32(v)
				}
			}
		}
	})
	for _, c := range cells {
		c.PerClass = tallyOf(c.Predictions, testY, classes)
		c.Top1, c.Top5 = c.PerClass.overall(), shareOf(c.InTop5)
	}
}

// voteTask is the number of test rows that one thread counts the votes of at a time.
const voteTask = 64

// elect decides test row i, whose class is y, in all cells; votes ends with those of the last.
func (f found) elect(i int, cells []*KNNCell, trainY []int, y int, votes []float64) {
	clear(votes)
	list, from := f.near[i], 0
	for _, c := range cells {
		to := min(c.K, len(list))
		vote(votes, list[from:to], trainY, c.Tau)
		from = to
		c.Predictions[i], c.InTop5[i] = firstLargest(votes), amongTop(votes, y, topFive)
	}
}

// vote adds the votes of some neighbours.
func vote(votes []float64, list []neighbours.Near, y []int, tau float64) {
	for _, n := range list {
		votes[y[n.Index]] += math.Exp((float64(n.Cosine) - 1) / tau)
	}
}

// topFive is the number of classes among which the field's second accuracy looks for the right one.
const topFive = 5

// amongTop reports whether class y is one of the n with the most votes, the lower one of equals
// first. A class without votes is not: with few neighbours most classes have none, and their order
// would say nothing.
func amongTop(votes []float64, y, n int) bool {
	if !(votes[y] > 0) {
		return false
	}
	before := 0
	for c, v := range votes {
		if v > votes[y] || v == votes[y] && c < y {
			before++
		}
	}
	return before < n
}

func shareOf(right []bool) float64 {
	n := 0
	for _, ok := range right {
		if ok {
			n++
		}
	}
	return float64(n) / float64(len(right))
}

// KNNKey is the key of the accuracy of the k-NN probe of the tables on a branch's features.
func KNNKey(b metric.Branch) string { return knnProbe().key("", b) }

func knnProbe() probe {
	tail := metric.Spec{Formula: "mean over the classes of the part of their accuracies", Source: "neighbours among the balanced images"}
	return probe{name: knnName(knnK, knnTau), verbatim: true, tail: tail, run: func(in *metric.Input, fine bool) probed {
		g := knnGrid(in, fine)
		c, _ := g.Cell(knnK, knnTau)
		p := probed{accuracy: c.Top1, byClass: c.PerClass, undefined: g.Undefined}
		if n := in.Probe.Features.Rows; g.Undefined == "" && n < knnK { // what larger k adapt is said of them
			p.warnings = []string{fewVote(n, knnK)}
		}
		return p
	}}
}

func fewVote(rows, k int) string {
	return fmt.Sprintf("k-NN: only %d training rows vote instead of %d", rows, k)
}

const knnFormula = "argmax over classes of Σ exp(cos/τ) over those of the k nearest training images that have the class"

// KNNSpecs declares the k-NN probe of the tables.
func KNNSpecs() []metric.Spec {
	return knnProbe().accuracies(metric.Spec{
		Formula: knnFormula,
		Doc:     "test accuracy of weighted k-NN, k 20, temperature 0.07", Source: "Caron et al. 2021", Tables: []metric.Table{metric.MainTable, metric.FeaturesTable},
		Column: "**knn20_t0.07@backbone.teacher**: test accuracy of 20 nearest neighbours by cosine with votes exp(cos/0.07) on the same features.",
	})
}
