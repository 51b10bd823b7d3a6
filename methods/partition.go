package methods

import (
	"protobench/internal/kernel"
	"protobench/internal/stream"
)

// partition splits K prototypes (or remembered embeddings) into random blocks of equal size, anew at every step; what is left over
// behind the last whole block sits the step out.
type partition struct {
	k, size int
	seed    uint64
	draw    []int // permutation of the prototypes
	order   []int // the step's partition: block b has the prototypes order[b·size:(b+1)·size]
	block   []float32
}

func newPartition(seed uint64, k, size int) partition {
	return partition{k: k, size: size, seed: seed, draw: make([]int, k), block: make([]float32, size)}
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

// probabilities sets dst [n,K] to the softmax of scores·scale inside each block, and to 0 outside of the blocks; dst may be the
// scores.
func (p *partition) probabilities(dst, scores []float32, scale float32) {
	for lo := 0; lo < len(scores); lo += p.k {
		s, row := scores[lo:][:p.k], dst[lo:][:p.k]
		if len(p.order) < p.k {
			clear(row)
		}
		for b := 0; b < len(p.order); b += p.size {
			members := p.order[b:][:p.size]
			for i, k := range members {
				p.block[i] = s[k] * scale
			}
			kernel.Softmax(p.block, p.block)
			for i, k := range members {
				row[k] = p.block[i]
			}
		}
	}
}
