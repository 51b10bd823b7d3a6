// Package partition splits prototypes, or remembered embeddings, into random blocks of equal size,
// anew at every step, and takes softmaxes inside the blocks: what CARP and MaSSL compare views by.
// Begin at [Random].
package partition

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
)

// Random splits K prototypes (or remembered embeddings) into random blocks of equal size, anew at
// every step; what is left over behind the last whole block sits the step out.
type Random struct {
	K, Size int
	seed    uint64
	draw    []int     // permutation of the prototypes
	Order   []int     // the step's partition: block b has the prototypes Order[b·Size:(b+1)·Size]
	room    []float32 // a block per task
}

// New returns a partition of k prototypes into blocks of size, before the first step: without
// blocks.
func New(seed uint64, k, size int) Random {
	return Random{K: k, Size: size, seed: seed, draw: make([]int, k)}
}

// Shuffle draws the step's partition, the same for all views and for every learner of a seed.
func (p *Random) Shuffle(step int) {
	for k := range p.draw {
		p.draw[k] = k
	}
	stream.New(p.seed, "partition", uint64(step)).Shuffle(p.K, func(i, j int) { p.draw[i], p.draw[j] = p.draw[j], p.draw[i] })
	p.Split(p.draw)
}

// Split takes the partition from a permutation.
func (p *Random) Split(permutation []int) {
	p.Order = permutation[:len(permutation)/p.Size*p.Size]
}

// Blocks is the number of blocks of a partition.
func (p *Random) Blocks() int { return p.K / p.Size }

// rowTask is the number of rows of scores that one thread does at a time.
const rowTask = 16

// Probabilities sets dst [n,K] to the softmax of scores·scale inside each block, and to 0 outside
// of the blocks; dst must not be the scores. It sets lse [n,blocks], where given, to log Σ
// exp(score·scale) of each block.
func (p *Random) Probabilities(team *team.Team, dst, scores []float32, scale float32, lse []float64) {
	n := len(scores) / p.K
	if need := (n + rowTask - 1) / rowTask * p.Size; len(p.room) < need {
		p.room = make([]float32, need)
	}
	team.Chunks(n, rowTask, func(lo, hi int) {
		block := p.room[lo/rowTask*p.Size:][:p.Size]
		for i := lo; i < hi; i++ {
			var sums []float64
			if lse != nil {
				sums = lse[i*p.Blocks():][:p.Blocks()]
			}
			p.row(dst[i*p.K:][:p.K], scores[i*p.K:][:p.K], block, scale, sums)
		}
	})
}

// row sets one row of probabilities, and its blocks' log-sums where there is room for them.
func (p *Random) row(dst, scores, block []float32, scale float32, lse []float64) {
	if len(p.Order) < p.K {
		clear(dst)
	}
	for b := 0; b < len(p.Order); b += p.Size {
		members := p.Order[b:][:p.Size]
		for i, k := range members {
			block[i] = scores[k]
		}
		sum := kernel.SoftmaxScaled(block, block, scale)
		if lse != nil {
			lse[b/p.Size] = sum
		}
		for i, k := range members {
			dst[k] = block[i]
		}
	}
}
