package probe

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// KNNGridOptions are a grid of k-NN protocols that share one search for neighbours; zero values mean
// the defaults.
type KNNGridOptions struct {
	K       []int     // neighbours that vote, default KNNGridK()
	Tau     []float64 // temperatures of the votes, default KNNGridTau()
	Classes int       // number of classes; labels are in 0..Classes-1
	// Stop, if not nil, is asked between blocks of rows; once it returns true the result is
	// Undefined.
	Stop func() bool
}

// KNNGridK are the neighbours of the default grid: DINO's eval_knn (Caron et al. 2021).
func KNNGridK() []int { return []int{10, 20, 100, 200} }

// KNNGridTau are the temperatures of the default grid: DINO's, and that of Wu et al. 2018 as
// CIFAR benchmarks take it.
func KNNGridTau() []float64 { return []float64{0.07, 0.1} }

// KNNCell is the outcome of one protocol of the grid.
type KNNCell struct {
	K           int
	Tau         float64
	Top1        float64 // share of test rows predicted right, 0..1
	Top5        float64 // share whose class is among the five with the most votes and has votes, 0..1
	PerClass    Tally   // of Top1, by class
	Predictions []int   // [test rows]; the lower class wins ties
	InTop5      []bool  // [test rows], what Top5 counts
}

// KNNGridResult is the outcome of a grid.
type KNNGridResult struct {
	Cells     []KNNCell // by temperature as asked for, then by k, smallest first
	Warnings  []string  // what was adapted
	Undefined string    // why there is no result; "" when there is one
}

// Cell is the outcome of one protocol; false where it is not in the grid.
func (r KNNGridResult) Cell(k int, tau float64) (KNNCell, bool) {
	i := slices.IndexFunc(r.Cells, func(c KNNCell) bool { return c.K == k && c.Tau == tau })
	if i < 0 {
		return KNNCell{}, false
	}
	return r.Cells[i], true
}

// KNNGrid is [KNN] for all pairs of a k and a temperature, with the accuracy among the first five
// classes beside that of the first. A k above the number of training rows lets all of them vote, with
// a warning.
func KNNGrid(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, o KNNGridOptions) KNNGridResult {
	o = o.withDefaults()
	return o.decide(team, nearestOf(team, train, trainY, test, testY, o.K, o.Classes, o.Stop), trainY, testY)
}

func (o KNNGridOptions) withDefaults() KNNGridOptions {
	o.K, o.Tau = slices.Clone(o.K), slices.Clone(o.Tau)
	if len(o.K) == 0 {
		o.K = KNNGridK()
	}
	if len(o.Tau) == 0 {
		o.Tau = KNNGridTau()
	}
	slices.SortFunc(o.K, cmp.Compare[int])
	return o
}

// decide lets the neighbours vote.
func (o KNNGridOptions) decide(team *team.Team, f found, trainY, testY []int) KNNGridResult {
	r := KNNGridResult{Warnings: f.warnings, Undefined: f.undefined}
	if r.Undefined != "" {
		return r
	}
	r.Cells = make([]KNNCell, len(o.K)*len(o.Tau))
	for t, tau := range o.Tau {
		var row []*KNNCell
		for i, k := range o.K {
			c := &r.Cells[t*len(o.K)+i]
			c.K, c.Tau = k, tau
			row = append(row, c)
		}
		f.count(team, row, trainY, testY, o.Classes, matrix.Matrix{})
	}
	return r
}

// knnName names a k-NN by its protocol.
func knnName(k int, tau float64) string {
	return "knn" + strconv.Itoa(k) + "_t" + strconv.FormatFloat(tau, 'g', -1, 64)
}

// knnGrid is the default grid on one kind of labels. Both kinds share the search for neighbours.
func knnGrid(in *metric.Input, fine bool) KNNGridResult {
	return metric.Shared(in, fmt.Sprintf("k-NN grid fine=%v", fine), func() KNNGridResult {
		train, test, classes := labels(in, fine)
		o := KNNGridOptions{Classes: classes}.withDefaults()
		f := metric.Shared(in, "nearest training rows", func() found {
			return nearestOf(in.Team, train.x, train.y, test.x, test.y, o.K, classes, in.Stop)
		})
		if why := labelled(train.x, train.y, test.x, test.y, classes); why != "" {
			f.undefined = why
		}
		return o.decide(in.Team, f, train.y, test.y)
	})
}

// KNNGridSpecs declare the grid beside the headline's protocol, and the second accuracy of all.
func KNNGridSpecs() []metric.Spec {
	var list []metric.Spec
	for _, tau := range KNNGridTau() {
		for _, k := range KNNGridK() {
			if k != knnK || tau != knnTau {
				list = append(list, metric.ForBranches(func(b metric.Branch) metric.Spec {
					return knnGridSpec(b, k, tau, "", "test accuracy of", func(c KNNCell) float64 { return c.Top1 })
				})...)
			}
			list = append(list, metric.ForBranches(func(b metric.Branch) metric.Spec {
				return knnGridSpec(b, k, tau, "_top5", "share of test images whose class has votes and is among the first five of", func(c KNNCell) float64 { return c.Top5 })
			})...)
		}
	}
	return list
}

func knnGridSpec(b metric.Branch, k int, tau float64, part, doc string, value func(KNNCell) float64) metric.Spec {
	return metric.Spec{
		Key: probe{name: knnName(k, tau)}.key(part, b), Unit: metric.Accuracy, Better: metric.Higher,
		Doc:     fmt.Sprintf("%s weighted k-NN, k %d, temperature %g", doc, k, tau),
		Formula: knnFormula, Source: "Wu et al. 2018; Caron et al. 2021", Collapse: "chance, or the share of the largest class, when features collapse totally",
		Undefined: "fewer training images than k, or features that are not finite",
		Value: func(in *metric.Input) metric.Result {
			if n := in.Probe.Features.Rows; n < k {
				return metric.Result{Undefined: fmt.Sprintf("needs at least %d training images, found %d", k, n)}
			}
			g := knnGrid(in, false)
			c, _ := g.Cell(k, tau)
			return metric.Result{Value: value(c), Undefined: g.Undefined}
		},
	}
}
