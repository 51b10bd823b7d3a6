package objective

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
)

// partition splits K prototypes (or remembered embeddings) into random blocks of equal size, anew
// at every step; what is left over behind the last whole block sits the step out.
type partition struct {
	k, size int
	seed    uint64
	draw    []int     // permutation of the prototypes
	order   []int     // the step's partition: block b has the prototypes order[b·size:(b+1)·size]
	room    []float32 // a block per task
}

func newPartition(seed uint64, k, size int) partition {
	return partition{k: k, size: size, seed: seed, draw: make([]int, k)}
}

// shuffle draws the step's partition, the same for all views and for every learner of a seed.
func (p *partition) shuffle(step int) {
	for k := range p.draw {
		p.draw[k] = k
	}
	stream.New(p.seed, "partition", uint64(step)).Shuffle(p.k, func(i, j int) { p.draw[i], p.draw[j] = p.draw[j], p.draw[i] })
	p.split(p.draw)
}

// split takes the partition from a permutation.
func (p *partition) split(permutation []int) {
	p.order = permutation[:len(permutation)/p.size*p.size]
}

// blocks is the number of blocks of a partition.
func (p *partition) blocks() int { return p.k / p.size }

// partitionRows is the number of rows per task of a team.
const partitionRows = 16

// probabilities sets dst [n,K] to the softmax of scores·scale inside each block, and to 0 outside
// of the blocks; dst may be the scores. It sets lse [n,blocks], where given, to log Σ
// exp(score·scale) of each block.
func (p *partition) probabilities(team *team.Team, dst, scores []float32, scale float32, lse []float64) {
	n := len(scores) / p.k
	if need := (n + partitionRows - 1) / partitionRows * p.size; len(p.room) < need {
		p.room = make([]float32, need)
	}
	team.Chunks(n, partitionRows, func(lo, hi int) {
		block := p.room[lo/partitionRows*p.size:][:p.size]
		for i := lo; i < hi; i++ {
			var sums []float64
			if lse != nil {
				sums = lse[i*p.blocks():][:p.blocks()]
			}
			p.row(dst[i*p.k:][:p.k], scores[i*p.k:][:p.k], block, scale, sums)
		}
	})
}

// row sets one row of probabilities, and its blocks' log-sums where there is room for them.
func (p *partition) row(dst, scores, block []float32, scale float32, lse []float64) {
	if len(p.order) < p.k {
		clear(dst)
	}
	for b := 0; b < len(p.order); b += p.size {
		members := p.order[b:][:p.size]
		for i, k := range members {
			block[i] = scores[k]
		}
		sum := kernel.SoftmaxScaled(block, block, scale)
		if lse != nil {
			lse[b/p.size] = sum
		}
		for i, k := range members {
			dst[k] = block[i]
		}
	}
}
