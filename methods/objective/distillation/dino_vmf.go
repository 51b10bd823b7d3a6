package distillation

import (
	"math"

	"protobench/internal/kernel"
	"protobench/methods/term"
)

// posterior is DINO-vMF's way from teacher scores to targets (Govindarajan et al. 2023): the vMF
// mixture's posterior at the teacher temperature, centred in probability space. The center is an
// EMA of the batch mean of the posterior before centring, and its logarithm is what logits lose; it
// starts uniform.
type posterior struct {
	center []float32 // [K], sums to 1
	bias   []float32 // [K]
	batch  []float64 // [K] mean posterior of the last batch
	row    []float32
}

func newPosterior(k int) *posterior {
	p := &posterior{center: make([]float32, k), bias: make([]float32, k), batch: make([]float64, k), row: make([]float32, k)}
	for i := range p.center {
		p.center[i] = 1 / float32(k)
	}
	return p
}

// scores adds the normalisers to inner products s [n,K] with prototypes c [K,D], into q.
func (p *posterior) scores(q, s, c []float32, temperature float64) {
	term.VMFBias(p.bias, nil, c, len(c)/len(p.bias), temperature)
	term.AddRows(q, s, p.bias)
}

// targets turns scores q [n,K] into targets in place and takes the batch's mean.
func (p *posterior) targets(q []float32, temperature float64) {
	k, inv := len(p.center), float32(1/temperature)
	n := float64(len(q) / k)
	clear(p.batch)
	for lo := 0; lo < len(q); lo += k {
		row := q[lo:][:k]
		for j, s := range row {
			row[j] = s * inv
		}
		kernel.Softmax(p.row, row)
		for j, v := range p.row {
			p.batch[j] += float64(v) / n
			row[j] -= logCenter(p.center[j])
		}
		kernel.Softmax(row, row)
	}
}

// moveCenter moves the center.
func (p *posterior) moveCenter(momentum float64) {
	for j, v := range p.batch {
		p.center[j] = float32(float64(momentum*float64(p.center[j])) + float64((1-momentum)*v))
	}
}

// offset returns what inner products with prototypes c [K,D] lose before they are compared, [K].
func (p *posterior) offset(c []float32, temperature float64, centred bool) []float32 {
	out := make([]float32, len(p.center))
	term.VMFBias(out, nil, c, len(c)/len(out), temperature)
	for j, b := range out {
		out[j] = -b
		if centred {
			out[j] += float32(float32(temperature) * logCenter(p.center[j]))
		}
	}
	return out
}

func logCenter(v float32) float32 { return float32(math.Log(max(float64(v), 1e-30))) }
