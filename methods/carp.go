package methods

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

// carp splits the prototypes anew at every step into random blocks and compares the views' softmaxes inside each block (Silva
// and Ramírez Rivera 2023, sec. 3): a consistency term, -log of the inner product of two views' probabilities, and an entropy term that keeps
// the mean prediction of each block uniform. No temperature, no center, no balancing; prototypes are a weight-normalised last
// layer and embeddings are not normalised, so that their length takes the temperature's place. Prototypes beyond the last
// whole block sit the step out. One block of all prototypes is the earlier CARL (Silva and Ramírez Rivera 2022), whose loss is the same.
type carp struct {
	CARP
	v     views
	k     int
	seed  uint64
	draw  []int // permutation of the prototypes
	order []int // the step's partition: block b has the prototypes order[b·Block:(b+1)·Block]
	block []float32
}

func newCARP(cfg Config, v views) *carp {
	o := &carp{CARP: cfg.Settings.CARP, v: v, k: cfg.Settings.Prototypes.Count, seed: cfg.Seed}
	if o.Block == 0 {
		o.Block = o.k
	}
	o.draw, o.block = make([]int, o.k), make([]float32, o.Block)
	return o
}

func (o *carp) branch() Branch       { return Teacher }
func (o *carp) weightNorm() bool     { return true }
func (o *carp) unnormalised() bool   { return true }
func (o *carp) center() []float32    { return nil }
func (o *carp) after(codeInput)      {}
func (o *carp) state(string) []Named { return nil }

// codes draws the step's partition, the same for all views and for every learner of a seed, and sets the teacher's
// probabilities inside the blocks.
func (o *carp) codes(q []float32, in codeInput) {
	for k := range o.draw {
		o.draw[k] = k
	}
	stream.New(o.seed, "partition", uint64(in.step)).Shuffle(o.k, func(i, j int) { o.draw[i], o.draw[j] = o.draw[j], o.draw[i] })
	o.split(o.draw)
	o.probabilities(q, in.scores)
}

// split takes the partition from a permutation.
func (o *carp) split(permutation []int) {
	o.order = permutation[:len(permutation)/o.Block*o.Block]
}

// blocks is the number of blocks of a partition.
func (o *carp) blocks() int { return o.k / o.Block }

// probabilities sets p [n,K] to the softmax of scores inside each block, and to 0 outside of the blocks; p may be the scores.
func (o *carp) probabilities(p, scores []float32) {
	for lo := 0; lo < len(scores); lo += o.k {
		s, row := scores[lo:][:o.k], p[lo:][:o.k]
		if len(o.order) < o.k {
			clear(row)
		}
		for b := 0; b < len(o.order); b += o.Block {
			members := o.order[b:][:o.Block]
			for i, k := range members {
				o.block[i] = s[k]
			}
			kernel.Softmax(o.block, o.block)
			for i, k := range members {
				row[k] = o.block[i]
			}
		}
	}
}

func (o *carp) loss(h *head, s, targets *G.Node) (*G.Node, error) {
	return newCARPLoss(o, h.q, h.scaled(1), h.scaled(float32(o.EntropyWeight))).node(s, targets)
}
