package methods

import (
	"math"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

// pcl is prototypical contrastive learning (Li et al. 2021): with queries v (student) and keys v' (teacher) of the two views of an
// image, InfoNCE against a queue of r past keys n_j and ProtoNCE over M sets of centroids c (eq. 11), each with its own temperature φ,
//
//	InfoNCE  = -mean log exp(v·v'/τ) / (exp(v·v'/τ) + Σ_j exp(v·n_j/τ))
//	ProtoNCE = -mean_m mean log exp(v·c_s/φ_s) / Σ_k exp(v·c_k/φ_k)
//
// The expectation step is k-means on the bank of keys at the start of each epoch; the loss of the M-step has the centroids as constants.
// As in the official code the columns of ProtoNCE's softmax are the centroids of all images of the batch, once for each image, and up to r
// others drawn from the rest; for the first warmup_epochs there is InfoNCE alone. Here both views are queries; the
// keys of the last one enter the queue.
type pcl struct {
	PCL
	v      views
	d      int
	images func(step int) []int
	seed   uint64
	sets   []*clusterSet
	ready  []float64 // one element: 1 once there are clusters
	queue  *ring
	others func(set int, rest []int) []int // draws the centroids that no image of the batch belongs to
	step   int
	terms  [2]float64 // InfoNCE and ProtoNCE of the last step, weighted as in the loss
}

// clusterSet is one clustering of the bank: PCL has several of different granularity.
type clusterSet struct {
	k         int
	centroids []float32 // [K,D], on the unit sphere
	phi       []float64 // [K] concentrations, the temperatures of the centroids
	cluster   []float64 // [Images] of each image; -1 for those that the bank did not have
}

func newPCL(cfg Config, v views, d int) *pcl {
	o := &pcl{PCL: cfg.Settings.PCL, v: v, d: d, images: cfg.order, seed: cfg.Seed, ready: make([]float64, 1)}
	o.queue = newRing(cfg.Seed, o.Negatives, d)
	o.others = o.draw
	for m := range o.Sets {
		s := &clusterSet{k: max(2, cfg.Settings.Prototypes.Count>>m), cluster: make([]float64, cfg.Images)}
		s.centroids, s.phi = make([]float32, s.k*d), make([]float64, s.k)
		o.sets = append(o.sets, s)
	}
	return o
}

func (o *pcl) branch() Branch             { return Teacher }
func (o *pcl) weightNorm() bool           { return false }
func (o *pcl) unnormalised() bool         { return false }
func (o *pcl) center() []float32          { return nil }
func (o *pcl) codes([]float32, codeInput) {} // the loss has labels of its own

func (o *pcl) own(cfg Config, start []float32, d int) []learner {
	return []learner{&pclClusters{owned: owned{decoupled{newPrototypes(start, cfg.Settings.Prototypes.Count, d, false)}}, o: o, bank: newBank(cfg, d), perEpoch: cfg.StepsPerEpoch}}
}

func (o *pcl) loss(h *head, _, targets *G.Node) (*G.Node, error) {
	return newPCLLoss(o, h).node(h.z, targets)
}

func (o *pcl) after(in codeInput) { o.queue.remember(o.v.last(in.z)) }

func (o *pcl) state(prefix string) []Named {
	out := append(o.queue.state(prefix+"queue."), f64(prefix+"ready", o.ready))
	for m, s := range o.sets {
		at := prefix + "set" + string(rune('0'+m)) + "."
		out = append(out, f32(at+"centroids", s.centroids, s.k, o.d), f64(at+"phi", s.phi), f64(at+"cluster", s.cluster))
	}
	return out
}

// columns are the centroids of a set's softmax at a step: first those of the batch's images, then others.
func (o *pcl) columns(set int, near []int) []int {
	s := o.sets[set]
	rest := make([]int, 0, s.k)
	for k := range s.k {
		if !slices.Contains(near, k) {
			rest = append(rest, k)
		}
	}
	return append(slices.Clone(near), o.others(set, rest)...)
}

// draw picks at most r of the centroids in random order.
func (o *pcl) draw(set int, rest []int) []int {
	stream.New(o.seed, "negatives", uint64(o.step), uint64(set)).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return rest[:min(len(rest), o.Negatives)]
}

// clusters returns the clusters [B] of a step's images; an image that has none gets the nearest to its key.
func (o *pcl) clusters(s *clusterSet, keys []float32) []int {
	images := o.images(o.step)
	near := make([]int, len(images))
	row := make([]float32, s.k)
	for b, i := range images {
		near[b] = int(s.cluster[i])
		if near[b] < 0 {
			scores(nil, row, keys[b*o.d:][:o.d], s.centroids, 1, o.d, s.k)
			near[b] = kernel.Argmax(row)
		}
	}
	return near
}

// concentrations returns the temperatures φ [K] of clusters (Li et al. 2021, eq. 12): with the distances of a cluster's members to its centre,
//
//	φ = mean distance / ln(members + 10)
//
// where clusters of fewer than two members take the largest of the others; then cut off at the 10th and 90th percentile and scaled
// to mean τ, as in the official code; and at least τ/100, for where a tenth of the clusters are single points a centroid's temperature would be 0.
func concentrations(squared []float64, near []int, k int, temperature float64) []float64 {
	phi, count := make([]float64, k), make([]float64, k)
	for i, c := range near {
		phi[c] += math.Sqrt(squared[i])
		count[c]++
	}
	var top float64
	for c, n := range count {
		if n > 1 {
			phi[c] /= n * math.Log(n+10)
			top = max(top, phi[c])
		}
	}
	for c, n := range count {
		if n < 2 {
			phi[c] = top
		}
	}
	sorted := slices.Sorted(slices.Values(phi))
	lo, hi := percentile(sorted, 0.1), percentile(sorted, 0.9)
	var mean float64
	for c := range phi {
		phi[c] = min(max(phi[c], lo), hi)
		mean += phi[c] / float64(k)
	}
	for c := range phi {
		if mean > 0 {
			phi[c] = max(phi[c]*temperature/mean, temperature/100)
		} else { // all members lie on their centres
			phi[c] = temperature
		}
	}
	return phi
}

// percentile interpolates linearly between the sorted values.
func percentile(sorted []float64, share float64) float64 {
	at := float64(share * float64(len(sorted)-1))
	i := min(int(at), len(sorted)-2)
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}
