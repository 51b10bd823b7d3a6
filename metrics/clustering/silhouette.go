package clustering

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Silhouette compares, for each row of x [N,D], the mean distance a to its own
// cluster with the mean distance b to the nearest other one: (b-a)/max(a,b) in
// [-1,1] (Rousseeuw 1987), 0 for a cluster of one and where a = b = 0. It also
// returns the mean over samples, which is near 0 for overlapping clusters and for
// collapsed features.
//
// Distances are Euclidean, or 1 - cos with cosine (a row without a direction is
// at distance 1 from all). Undefined (false) with fewer than two clusters, with N
// clusters, or with NaN or Inf. The cost is N²·D in float64.
func Silhouette(x matrix.Matrix, labels []int, cosine bool) (samples []float64, mean float64, ok bool) {
	matrix.MustMatch("labels", len(labels), x.Rows)
	y, k := compact(labels)
	if k < 2 || k >= x.Rows || !x.Finite() {
		return nil, 0, false
	}
	sums := clusterDistances(x, y, k, cosine)
	sizes := metric.Counts(y, k)
	samples = make([]float64, x.Rows)
	for i := range samples {
		samples[i] = silhouetteOf(sums[i*k:(i+1)*k], y[i], sizes)
		mean += samples[i]
	}
	return samples, mean / float64(x.Rows), true
}

// clusterDistances sums each row's distances to every cluster, [N,k].
func clusterDistances(x matrix.Matrix, y []int, k int, cosine bool) []float64 {
	sums := make([]float64, x.Rows*k)
	distance := euclidean(x)
	if cosine {
		distance = cosineDistance(matrix.NormsOf(x))
	}
	for i := range x.Rows {
		for j := i + 1; j < x.Rows; j++ {
			d := distance(i, j)
			sums[i*k+y[j]] += d
			sums[j*k+y[i]] += d
		}
	}
	return sums
}

func euclidean(x matrix.Matrix) func(i, j int) float64 {
	return func(i, j int) float64 {
		a, b := x.Row(i), x.Row(j)
		var s float64
		for l := range a {
			e := float64(a[l]) - float64(b[l])
			s += float64(e * e)
		}
		return math.Sqrt(s)
	}
}

func cosineDistance(d matrix.Directions) func(i, j int) float64 {
	return func(i, j int) float64 {
		if !d.Has[i] || !d.Has[j] {
			return 1
		}
		return 1 - d.Cosine(i, j)
	}
}

func silhouetteOf(sums []float64, own int, sizes []int) float64 {
	if sizes[own] < 2 {
		return 0
	}
	a := sums[own] / float64(sizes[own]-1)
	b := math.Inf(1)
	for c, s := range sums {
		if c != own {
			b = math.Min(b, s/float64(sizes[c]))
		}
	}
	if top := math.Max(a, b); top > 0 {
		return (b - a) / top
	}
	return 0
}

// labelledPairRows are up to [metric.PairRows] of the training images that have a class, at even distances,
// and their classes.
func labelledPairRows(in *metric.Input) (x matrix.Matrix, y []int) {
	var rows []int
	for i, c := range in.TrainY {
		if c >= 0 {
			rows = append(rows, i)
		}
	}
	n := min(len(rows), metric.PairRows)
	for i := range n {
		rows[i] = rows[i*len(rows)/n] // never behind i
		y = append(y, in.TrainY[rows[i]])
	}
	return in.Train.Pick(rows[:n]), y
}

// SilhouetteSpecs declares the silhouette of the classes.
func SilhouetteSpecs() []metric.Spec {
	const undefined = "needs two classes or more among the images, and finite features"
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Formula: "mean_i (b_i − a_i) / max(a_i, b_i); a, b: mean distance to the own class, to the nearest other one", Key: "silhouette_cosine@backbone." + string(b), When: metric.Extra, Unit: metric.Cosine, Better: metric.Higher, Tables: []metric.Table{metric.FeaturesTable}, Undefined: undefined,
			Doc:    "mean silhouette of the classes in the backbone features by cosine distance, on 4,096 labelled training images at even distances",
			Source: "Rousseeuw 1987", Collapse: "near 0 when features collapse or classes overlap",
			Column: "**silhouette-cosine**: how much nearer an image lies to its own class than to the next one, −1 to 1; near 0 when features collapse or classes overlap.",
			Value: func(in *metric.Input) metric.Result {
				x, y := labelledPairRows(in)
				_, v, ok := Silhouette(x, y, true)
				return metric.Defined(v, ok, undefined)
			},
		}
	})
}
