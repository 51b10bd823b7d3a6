package objective

import (
	"protobench/encoders/graph"
	"protobench/internal/team"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Head is what stands on the embeddings of one learner: scores, codes, loss. The arm's own head
// sits in the student's graph, an observer's in a graph of its own on detached embeddings. Scores,
// codes and prototypes are those of all H sets of prototypes side by side ([Traits.Heads]; in most
// objectives H is 1).
type Head struct {
	objective   Objective
	traits      Traits
	Views       Views
	K           int // H·K
	Temperature float64
	Gradient    bool    // whether the prototypes get a gradient
	Scale       float32 // of the loss; 0 means 1

	Patches Patches // the loss of hidden patches; nil where the objective has none

	softmaxed softmaxed

	c     *G.Node // prototypes as the scores use them, [H·K,D]
	Z     *G.Node // embeddings [crops·B,D]
	S     *G.Node // scores of all crops, normalisers included, [crops·B,H·K]
	Extra G.Nodes // the objective's own parameters

	Codes []float32 // codes [global·B,H·K]
	Input CodeInput // what the codes of this step are made of; see Take
}

// NewHead returns the head of an objective over k prototypes, all its sets together, at a student
// temperature.
func NewHead(o Objective, t Traits, v Views, k int, temperature float64, gradient bool) *Head {
	h := &Head{objective: o, traits: t, Views: v, K: k, Temperature: temperature, Gradient: gradient, Codes: make([]float32, v.Global*v.Images*k)}
	if p, ok := o.(interface{ Hidden() Patches }); ok {
		h.Patches = p.Hidden()
	}
	return h
}

// Take says what the codes of the next step are made of. Scores, embeddings and prototypes are
// there where the teacher gives the targets; the student's are found in its graph.
func (h *Head) Take(in CodeInput) { h.Input = in }

// Scored reports whether the loss is one of scores with prototypes, which the graph then has.
func (h *Head) Scored() bool {
	_, direct := h.objective.(unscored)
	return !direct
}

// Build adds scores, codes and the loss on embeddings z [crops·B,D], those of every patch zp
// [global·B·P,D] where the objective predicts patches, and prototypes c [H·K,D]. Where there are no
// scores it adds the loss alone, and zp and c are nil.
func (h *Head) Build(z, zp, c *G.Node) (*G.Node, error) {
	if o, ok := h.objective.(unscored); ok {
		return o.Direct(h, z)
	}
	h.c, h.Z = c, z
	if err := h.score(z, c); err != nil {
		return nil, err
	}
	loss, err := h.Loss(h.S, z, c)
	if err != nil || h.Patches == nil {
		return loss, err
	}
	hidden, err := h.Patches.Node(zp, c, h.Gradient)
	if err != nil {
		return nil, err
	}
	return graph.Sum([]float32{1, h.Scaled(1)}, loss, hidden)
}

// score adds the student's scores.
func (h *Head) score(z, c *G.Node) (err error) {
	if o, ok := h.objective.(Scorer); ok {
		h.S, h.Extra, err = o.Scores(z, c, h.Gradient)
		return err
	}
	h.S, err = term.ScoresNode(z, c, h.Gradient)
	return err
}

// Kept are the nodes that an objective reads once more after the run.
func (h *Head) Kept() G.Nodes {
	if !h.Scored() {
		return nil
	}
	return G.Nodes{h.S, h.c}
}

// Loss adds the codes and the objective's loss of the student's scores. The codes' node lies
// between the two, so that an objective with student targets makes them from this step's scores; no
// gradient flows through it.
func (h *Head) Loss(s, z, c *G.Node) (*G.Node, error) {
	targets, err := graph.Apply(graph.Op{
		Kind: "targets", Out: tensor.Shape{h.Views.Crops * h.Views.Images, h.K}, Diff: []bool{false, false, false},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			if h.traits.Targets == part.Student {
				h.Input.Scores, h.Input.Z, h.Input.Prototypes = h.Views.Globals(in[0]), h.Views.Globals(in[1]), in[2]
			}
			h.objective.Codes(h.Codes, h.Input)
			h.Views.Swap(out, h.Codes, h.K)
		},
	}, s, z, c)
	if err != nil {
		return nil, err
	}
	return h.objective.Loss(h, s, targets)
}

// CrossEntropy adds the loss that most objectives share: the cross-entropy of the student's softmax
// at its temperature, a mean over pairs and images.
func (h *Head) CrossEntropy(s, targets *G.Node) (*G.Node, error) {
	return h.WeightedCrossEntropy(s, targets, 1)
}

// WeightedCrossEntropy is CrossEntropy times a weight.
func (h *Head) WeightedCrossEntropy(s, targets *G.Node, weight float32) (*G.Node, error) {
	h.softmaxed = softmaxed{1, h.Temperature}
	return term.CrossEntropyNode(s, targets, float32(h.Temperature), h.Scaled(weight*h.Views.Weight()))
}

// CrossEntropyOfHeads is that of several heads, a mean over them, at a temperature.
func (h *Head) CrossEntropyOfHeads(s, targets *G.Node, heads int, temperature float64, weight float32) (*G.Node, error) {
	h.softmaxed = softmaxed{heads, temperature}
	return term.CrossEntropyOfHeadsNode(s, targets, heads, float32(temperature), h.Scaled(weight))
}

// Scaled applies the loss's scale to the weight of one of its terms.
func (h *Head) Scaled(weight float32) float32 {
	if h.Scale != 0 {
		weight *= h.Scale
	}
	return weight
}

// After updates the objective's state once the step's loss is known.
func (h *Head) After() { h.objective.After(h.Input) }
