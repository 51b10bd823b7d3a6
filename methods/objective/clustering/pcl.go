package clustering

import (
	"math"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/stream"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// PCL holds the keys of the [pcl] table (Li et al. 2021; the official code has 16,384 negatives and
// 20 warm-up epochs of 200, for
// 1.3 million images).
type PCL struct {
	Temperature  float64 `key:"temperature" default:"0.2" range:"(0,10]" least:"0.001" doc:"temperature τ of InfoNCE and mean of the centroids' temperatures"`
	Sets         int     `key:"sets" default:"3" range:"[1,9]" doc:"clusterings M: of prototypes.count centroids, half as many, a quarter …"`
	Negatives    int     `key:"negatives" default:"1024" range:"[1,)" doc:"past keys in InfoNCE, and at most so many other centroids in each set's softmax"`
	Iterations   int     `key:"iterations" default:"20" range:"[1,1000]" doc:"iterations of k-means"`
	WarmupEpochs float64 `key:"warmup_epochs" default:"2" range:"[0,)" doc:"epochs of InfoNCE alone, at least one"`
}

// DeclarePCL declares [pcl].
func DeclarePCL() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "pcl", Doc: "InfoNCE with a queue, and the same over centroids of k-means on all images' embeddings, with a temperature per cluster", Source: "Li et al. 2021",
			Table: setting.Of[PCL]("pcl").OwnedBy("pcl"), Reads: []string{"prototypes.count"},
			Check: func(c part.Config) []*setting.KeyError { return learner.ImageForEach(c, "pcl") },
			Onsets: func(c part.Config) []part.Onset { // the first clustering is that of the second epoch at the earliest
				first := max(1, math.Ceil(c.Settings.Float("pcl.warmup_epochs")))
				return []part.Onset{{Key: "pcl.warmup_epochs", Epoch: first, Missed: "the prototypes never take part, InfoNCE alone is trained"}}
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, Temperature: v.Float("pcl.temperature")}
		},
		New:      func(c part.Config, v objective.Views, d int) objective.Objective { return newPCL(c, v, d) },
		Learner:  "k-means on all images' embeddings at the start of each epoch, several sets",
		Faithful: faithfulPCL,
	}
}

// pcl is prototypical contrastive learning (Li et al. 2021): with queries v (student) and keys v'
// (teacher) of the two views of an image, InfoNCE against a queue of r past keys n_j and ProtoNCE
// over M sets of centroids c (eq. 11), each with its own temperature φ,
//
//	InfoNCE  = -mean log exp(v·v'/τ) / (exp(v·v'/τ) + Σ_j exp(v·n_j/τ))
//	ProtoNCE = -mean_m mean log exp(v·c_s/φ_s) / Σ_k exp(v·c_k/φ_k)
//
// The expectation step is k-means on the bank of keys at the start of each epoch; the loss of the
// M-step has the centroids as constants. As in the official code the columns of ProtoNCE's softmax
// are the centroids of all images of the batch, once for each image, and up to r others drawn from
// the rest; for the first warmup_epochs there is InfoNCE alone. Here both views are queries; the
// keys of the last one enter the queue.
type pcl struct {
	objective.Unchanging
	PCL
	v      objective.Views
	d      int
	images func(step int) []int
	seed   uint64
	sets   []*clusterSet
	ready  []float64 // one element: 1 once there are clusters
	queue  *learner.Past
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

func newPCL(cfg part.Config, v objective.Views, d int) *pcl {
	o := &pcl{PCL: setting.Read[PCL](cfg.Settings, "pcl"), v: v, d: d, images: cfg.Indices, seed: cfg.Seed, ready: make([]float64, 1)}
	o.queue = learner.NewRandomPast(cfg.Seed, o.Negatives, d)
	o.others = o.draw
	for m := range o.Sets {
		s := &clusterSet{k: max(2, cfg.Settings.Int("prototypes.count")>>m), cluster: make([]float64, cfg.Images)}
		s.centroids, s.phi = make([]float32, s.k*d), make([]float64, s.k)
		o.sets = append(o.sets, s)
	}
	return o
}

func (o *pcl) Codes([]float32, objective.CodeInput) {} // the loss has labels of its own

func (o *pcl) Own(cfg part.Config, start []float32, d int) []learner.Learner {
	return []learner.Learner{&pclClusters{Owned: objective.Owned{Decoupled: learner.Decoupled{P: learner.NewPrototypes(start, cfg.Settings.Int("prototypes.count"), d, false)}}, o: o, bank: learner.NewBank(cfg, d), perEpoch: cfg.StepsPerEpoch}}
}

func (o *pcl) Loss(h *objective.Head, _, targets *G.Node) (*G.Node, error) {
	return newPCLLoss(o, h).node(h.Z, targets)
}

func (o *pcl) After(in objective.CodeInput) { o.queue.Push(o.v.Last(in.Z)) }

func (o *pcl) State(prefix string) []part.Named {
	out := append(o.queue.State(prefix+"queue."), part.F64Of(prefix+"ready", o.ready))
	for m, s := range o.sets {
		at := prefix + "set" + string(rune('0'+m)) + "."
		out = append(out, part.F32Of(at+"centroids", s.centroids, s.k, o.d), part.F64Of(at+"phi", s.phi), part.F64Of(at+"cluster", s.cluster))
	}
	return out
}

// columns are the centroids of a set's softmax at a step: first those of the batch's images, then
// others.
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

// clusters returns the clusters [B] of a step's images; an image that has none gets the nearest to
// its key.
func (o *pcl) clusters(s *clusterSet, keys []float32) []int {
	images := o.images(o.step)
	near := make([]int, len(images))
	row := make([]float32, s.k)
	for b, i := range images {
		near[b] = int(s.cluster[i])
		if near[b] < 0 {
			kernel.InnerProducts(nil, row, keys[b*o.d:][:o.d], s.centroids, 1, o.d, s.k)
			near[b] = kernel.Argmax(row)
		}
	}
	return near
}

// concentrations returns the temperatures φ [K] of clusters (Li et al. 2021, eq. 12): with the
// distances of a cluster's members to its centre,
//
//	φ = mean distance / ln(members + 10)
//
// where clusters of fewer than two members take the largest of the others; then cut off at the 10th
// and 90th percentile and scaled to mean τ, as in the official code; and at least τ/100, for where
// a tenth of the clusters are single points a centroid's temperature would be 0.
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

// faithfulPCL is Li et al. 2021's (official code, the second version's cosine): SGD at 0.03 for a
// batch of 256, 20 of 200 epochs of InfoNCE alone. Its projector is as wide as the features,
// without a batch norm, which the nearest one here has.
func faithfulPCL(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 0, "encoder.dim": 128,
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": t.ScaledLR(0.03), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 1e-4, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.999, "train.teacher_momentum_end": 0.999,
		"pcl.temperature": 0.2, "pcl.iterations": 20, "pcl.warmup_epochs": float64(max(1, t.EpochShare(0.1))),
	}
}
