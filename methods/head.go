package methods

import (
	"protobench/encoders/graph"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// head is what stands on the embeddings of one learner: scores, codes, loss. The arm's own head sits in the student's graph, an
// observer's in a graph of its own on detached embeddings. Scores, codes and prototypes are those of all H sets of prototypes side by
// side ([Traits.Heads]; in most objectives H is 1).
type head struct {
	objective   objective
	traits      Traits
	views       views
	k           int // H·K
	temperature float64
	learn       bool    // whether the prototypes get a gradient
	Scale       float32 // of the loss; 0 means 1

	patches *patches // the loss of hidden patches; nil where the objective has none

	c     *G.Node // prototypes as the scores use them, [H·K,D]
	z     *G.Node // embeddings [crops·B,D]
	s     *G.Node // scores of all crops, normalisers included, [crops·B,H·K]
	extra G.Nodes // the objective's own parameters

	Codes []float32 // codes [global·B,H·K]
	Input codeInput // what the codes of this step are made of; see take
}

// newHead returns the head of an objective over k prototypes, all its sets together, at a student temperature.
func newHead(o objective, t Traits, v views, k int, temperature float64, learn bool) *head {
	h := &head{objective: o, traits: t, views: v, k: k, temperature: temperature, learn: learn, Codes: make([]float32, v.global*v.images*k)}
	if p, ok := o.(interface{ hidden() *patches }); ok {
		h.patches = p.hidden()
	}
	return h
}

// take says what the codes of the next step are made of. Scores, embeddings and prototypes are there where the teacher gives the
// targets; the student's are found in its graph.
func (h *head) take(in codeInput) { h.Input = in }

// build adds scores, codes and the loss on embeddings z [crops·B,D], those of every patch zp [global·B·P,D] where the objective
// predicts patches, and prototypes c [H·K,D].
func (h *head) build(z, zp, c *G.Node) (*G.Node, error) {
	h.c, h.z = c, z
	if err := h.score(z, c); err != nil {
		return nil, err
	}
	loss, err := h.loss(h.s, z, c)
	if err != nil || h.patches == nil {
		return loss, err
	}
	hidden, err := h.patches.node(zp, c, h.learn)
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
	h.s, err = scoresNode(z, c, h.learn)
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
			if h.traits.Targets == part.Student {
				h.Input.scores, h.Input.z, h.Input.prototypes = h.views.globals(in[0]), h.views.globals(in[1]), in[2]
			}
			h.objective.codes(h.Codes, h.Input)
			h.views.swap(out, h.Codes, h.k)
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
	if h.Scale != 0 {
		weight *= h.Scale
	}
	return weight
}

// after updates the objective's state once the step's loss is known.
func (h *head) after() { h.objective.after(h.Input) }
