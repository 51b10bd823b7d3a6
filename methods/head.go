package methods

import (
	"protobench/encoders/graph"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// head is what stands on the embeddings of one learner: scores, codes, loss. The arm's own head sits in the student's graph, an
// observer's in a graph of its own on detached embeddings. Scores, codes and prototypes are those of all H sets of prototypes side by
// side ([Config.Heads]; in most objectives H is 1).
type head struct {
	objective   objective
	views       views
	k           int // H·K
	temperature float64
	learn       bool    // whether the prototypes get a gradient
	scale       float32 // of the loss; 0 means 1

	patches *patches // the loss of hidden patches, with zp [global·B·P,D] their embeddings; nil where the objective has none
	zp      *G.Node

	c     *G.Node // prototypes as the scores use them, [H·K,D]
	z     *G.Node // embeddings [crops·B,D]
	s     *G.Node // scores of all crops, normalisers included, [crops·B,H·K]
	extra G.Nodes // the objective's own parameters

	q  []float32 // codes [global·B,H·K]
	in codeInput // what the codes of this step are made of; for a teacher-fed objective set before the run
}

func (h *head) allocate() { h.q = make([]float32, h.views.global*h.views.images*h.k) }

// build adds scores, codes and the loss on embeddings z [crops·B,D] and prototypes c [H·K,D].
func (h *head) build(z, c *G.Node) (*G.Node, error) {
	h.allocate()
	h.c = c
	h.z = z
	if err := h.score(z, c); err != nil {
		return nil, err
	}
	loss, err := h.loss(h.s, z, c)
	if err != nil || h.patches == nil {
		return loss, err
	}
	hidden, err := h.patches.node(h.zp, c, h.learn)
	if err != nil {
		return nil, err
	}
	return graph.Sum([]float32{1, h.scaled(1)}, loss, hidden)
}

// score adds the student's scores.
func (h *head) score(z, c *G.Node) (err error) {
	if o, ok := h.objective.(scorer); ok {
		h.s, h.extra, err = o.scores(z, c, h.learn)
		return err
	}
	if h.s, err = scoresNode(z, c, h.learn); err != nil || !keepsLength(h.objective) {
		return err
	}
	h.s, err = vmfNode(h.s, c, h.learn, h.temperature)
	return err
}

// kept are the nodes that an objective reads once more after the run.
func (h *head) kept() G.Nodes { return G.Nodes{h.s, h.c} }

// loss adds the codes and the objective's loss of the student's scores. The codes' node lies between the two, so that an
// objective with student targets makes them from this step's scores; no gradient flows through it.
func (h *head) loss(s, z, c *G.Node) (*G.Node, error) {
	targets, err := graph.Apply(graph.Op{
		Kind: "targets", Out: tensor.Shape{h.views.crops * h.views.images, h.k}, Diff: []bool{false, false, false},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			if h.objective.branch() == Student {
				h.in.scores, h.in.z, h.in.prototypes = h.views.globals(in[0]), h.views.globals(in[1]), in[2]
			}
			h.objective.codes(h.q, h.in)
			h.views.swap(out, h.q, h.k)
		},
	}, s, z, c)
	if err != nil {
		return nil, err
	}
	return h.objective.loss(h, s, targets)
}

// crossEntropy adds the loss that most objectives share: the cross-entropy of the student's softmax at its temperature, a mean over
// pairs and images.
func (h *head) crossEntropy(s, targets *G.Node) (*G.Node, error) {
	return crossEntropyNode(s, targets, float32(h.temperature), h.scaled(h.views.weight()))
}

// scaled applies the loss's scale to the weight of one of its terms.
func (h *head) scaled(weight float32) float32 {
	if h.scale != 0 {
		weight *= h.scale
	}
	return weight
}

// after updates the objective's state once the step's loss is known.
func (h *head) after() { h.objective.after(h.in) }
