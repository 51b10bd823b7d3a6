package clustering

import (
	"protobench/encoders/graph"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// DeepCluster holds the keys of the [deepcluster] table.
type DeepCluster struct {
	Targets string `key:"targets" default:"teacher" in:"student|teacher" doc:"branch whose embeddings give the labels"`
	Heads   int    `key:"heads" default:"1" range:"[1,64]" hash:"set" doc:"sets of prototypes.count prototypes, each with a learner of its own; all train the encoder, metrics see the first (DeepCluster-v2: 3)"`
}

// DeclareDeepCluster declares [deepcluster].
func DeclareDeepCluster() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "deepcluster", Source: "Caron et al. 2018, 2020 (DeepCluster-v2)",
			Doc:   "cross-entropy to hard labels: the nearest prototypes of the target branch's embeddings, a mean over one or more heads (sets of prototypes with learners of their own); metrics see the first",
			Table: setting.Of[DeepCluster]("deepcluster").OwnedBy("deepcluster"), Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init"},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.BranchOf(v.Text("deepcluster.targets")), Temperature: v.Float("loss.temperature"), Scores: true, Crops: true, Heads: v.Int("deepcluster.heads"), HeadsKey: "deepcluster.heads"}
		},
		New: func(c part.Config, v objective.Views, _ int) objective.Objective {
			return newDeepCluster(setting.Read[DeepCluster](c.Settings, "deepcluster"), v, c.Settings.Int("prototypes.count"))
		},
		Faithful: faithfulDeepCluster,
	}
}

// deepcluster predicts hard cluster labels (DeepCluster-v2: Caron et al. 2020, sec. 4.2 and
// appendix D, after Caron et al. 2018): an image's label is its nearest prototype, and every crop
// predicts it by a softmax at loss.temperature (0.1), a mean over crops and images:
//
//	loss = -mean log softmax(z·Cᵀ/τ)_label
//
// With several heads H there are H sets of K prototypes on the same embeddings, each with labels
// and a learner of its own, and the loss is the mean of theirs, as in the original, which has
// three. By epoch-kmeans, and no other learner, every other head's clusters are those of the second
// views. The prototypes that metrics, signals and re-seeding's counts speak of are the first
// head's: the others train the encoder alone.
//
// The original takes labels from a memory of embeddings that were made some steps ago and are
// clustered once per epoch; here they are the nearest prototypes of the target branch's embeddings
// now, of the image's other global crops (half a count each where there are two), and clustering is
// the learner's: epoch-kmeans is the original's. By default the teacher gives them, whose weights
// are past ones as well. Nothing balances the labels.
type deepcluster struct {
	objective.Unchanging
	DeepCluster
	v objective.Views
	k int
}

func newDeepCluster(s DeepCluster, v objective.Views, k int) *deepcluster {
	return &deepcluster{DeepCluster: s, v: v, k: k}
}

// Codes are one-hot for each head: the prototype with the largest score, the first of equal ones.
func (o *deepcluster) Codes(q []float32, in objective.CodeInput) {
	nearest(q, in.Scores, o.k)
}

func (o *deepcluster) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	targets, err := o.average(targets)
	if err != nil {
		return nil, err
	}
	return h.CrossEntropyOfHeads(s, targets, o.Heads, h.Temperature, 1/float32(o.v.Crops*o.v.Images))
}

// average turns each crop's sum of codes into their mean: local crops predict one code more than
// global ones.
func (o *deepcluster) average(targets *G.Node) (*G.Node, error) {
	global := o.v.Global * o.v.Images * o.Heads * o.k
	return graph.Apply(graph.Op{
		Kind: "mean-codes", Out: targets.Shape().Clone(), Diff: []bool{false},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			for i, q := range in[0] {
				if i < global {
					out[i] = q / float32(max(1, o.v.Global-1))
				} else {
					out[i] = q / float32(o.v.Global)
				}
			}
		},
	}, targets)
}

// faithfulDeepCluster is DeepCluster-v2's, of the same paper and with the same recipe: three sets
// of prototypes.
func faithfulDeepCluster(t part.Train) map[string]any {
	keys := faithfulSwAV(t)
	keys["deepcluster.heads"] = 3
	return keys
}

func (o *deepcluster) Assign(q []float32, in objective.CodeInput) bool {
	o.Codes(q, in)
	return true
}
