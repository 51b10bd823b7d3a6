package metrics

import (
	"fmt"
	"math"

	"protobench/internal/team"
	"protobench/metrics/matrix"
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
	r := KNNResult{Undefined: labelled(train, trainY, test, testY, o.Classes)}
	if r.Undefined != "" {
		return r
	}
	o = o.withDefaults(train.Rows, &r)
	near := neighbours(team, train.Normalised(), test.Normalised(), o.K, o.Stop)
	if near == nil {
		r.Undefined = stoppedEarly
		return r
	}
	if o.Scores {
		r.Scores = matrix.New(test.Rows, o.Classes)
	}
	r.Predictions = make([]int, test.Rows)
	votes := make([]float64, o.Classes)
	for i, list := range near {
		vote(votes, list, trainY, o.Tau)
		r.Predictions[i] = topVote(votes)
		if o.Scores {
			for c, v := range votes {
				r.Scores.Row(i)[c] = float32(v)
			}
		}
	}
	r.PerClass = tallyOf(r.Predictions, testY, o.Classes)
	r.Accuracy = r.PerClass.overall()
	return r
}

func (o KNNOptions) withDefaults(rows int, r *KNNResult) KNNOptions {
	if o.K <= 0 {
		o.K = 20
	}
	if o.Tau <= 0 {
		o.Tau = 0.07
	}
	if o.K > rows {
		r.Warnings = append(r.Warnings, fmt.Sprintf("k-NN: only %d training rows vote instead of %d", rows, o.K))
		o.K = rows
	}
	return o
}

func vote(votes []float64, list []neighbour, y []int, tau float64) {
	clear(votes)
	for _, n := range list {
		votes[y[n.index]] += math.Exp((float64(n.cosine) - 1) / tau)
	}
}

// topVote is the lowest class with the most votes.
func topVote(votes []float64) int {
	best := 0
	for c, v := range votes {
		if v > votes[best] {
			best = c
		}
	}
	return best
}

func knnProbe() probe {
	tail := Spec{Source: "neighbours among the balanced images"}
	return probe{name: "knn20_t0.07", verbatim: true, tail: tail, run: func(in *Input, train, test labelledRows, classes int) probed {
		r := KNN(in.Team, train.x, train.y, test.x, test.y, KNNOptions{K: 20, Tau: 0.07, Classes: classes, Stop: in.Stop})
		return probed{r.Accuracy, r.PerClass, r.Undefined, r.Warnings}
	}}
}

func knnSpecs() []Spec {
	return knnProbe().accuracies(Spec{
		Doc: "test accuracy of weighted k-NN, k 20, temperature 0.07", Source: "Caron et al. 2021", Tables: []Table{MainTable, FeaturesTable},
		Column: "**knn20_t0.07@backbone.teacher**: test accuracy of 20 nearest neighbours by cosine with votes exp(cos/0.07) on the same features.",
	})
}
