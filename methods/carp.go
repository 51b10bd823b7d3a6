package methods

import G "gorgonia.org/gorgonia"

// carp splits the prototypes anew at every step into random blocks and compares the views' softmaxes inside each block (Silva
// and Ramírez Rivera 2023, sec. 3): a consistency term, -log of the inner product of two views' probabilities, and an entropy term that keeps
// the mean prediction of each block uniform. No temperature, no center, no balancing; prototypes are a weight-normalised last
// layer and embeddings are not normalised, so that their length takes the temperature's place. Prototypes beyond the last
// whole block sit the step out. One block of all prototypes is the earlier CARL (Silva and Ramírez Rivera 2022), whose loss is the same.
type carp struct {
	CARP
	partition
	v views
}

func newCARP(cfg Config, v views) *carp {
	o, k := &carp{CARP: cfg.Settings.CARP, v: v}, cfg.Settings.Prototypes.Count
	if o.Block == 0 {
		o.Block = k
	}
	o.partition = newPartition(cfg.Seed, k, o.Block)
	return o
}

func (o *carp) branch() Branch       { return Teacher }
func (o *carp) weightNorm() bool     { return true }
func (o *carp) unnormalised() bool   { return true }
func (o *carp) center() []float32    { return nil }
func (o *carp) after(codeInput)      {}
func (o *carp) state(string) []Named { return nil }

// codes draws the step's partition and sets the teacher's probabilities inside the blocks.
func (o *carp) codes(q []float32, in codeInput) {
	o.shuffle(in.step)
	o.probabilities(in.team, q, in.scores, 1, nil)
}

func (o *carp) loss(h *head, s, targets *G.Node) (*G.Node, error) {
	return newCARPLoss(o, h.q, h.scaled(1), h.scaled(float32(o.EntropyWeight))).node(s, targets)
}
