package kernel

import (
	"fmt"

	"protobench/internal/team"
)

// Pointwise is a 1×1 convolution of every stride-th pixel of maps in both directions, without
// padding. Weights are [In,Out].
type Pointwise struct {
	in, out Map
	written Map // of forward passes: out, or out without a border
	stride  int
	bf16    bool
	images  int // taken at a time: their pixels fill whole blocks of a sum, so that any number of them gives the same bits
}

// pointwiseRows is about how many pixels are taken at a time.
const pointwiseRows = 4096

// NewPointwise returns a convolution of maps with a halo.
func NewPointwise(in Map, out, stride int) *Pointwise {
	if stride < 1 || min(in.Pixels(), in.Channels, out) < 1 {
		panic(fmt.Sprintf("kernel: a 1×1 convolution of %+v to %d channels with stride %d", in, out, stride))
	}
	p := &Pointwise{in: in, stride: stride, out: Map{
		Images: in.Images, Height: (in.Height-1)/stride + 1, Width: (in.Width-1)/stride + 1, Channels: out, Halo: 1,
	}}
	p.written = p.out
	pixels := p.out.Height * p.out.Width
	step := 1
	for step*pixels%blockK > 0 {
		step *= 2
	}
	p.images = min(in.Images, step*max(1, pointwiseRows/(step*pixels)))
	return p
}

// UseBF16 rounds maps, weights and gradients to bf16 as they are read.
func (p *Pointwise) UseBF16() { p.bf16 = true }

// gemm is [Gemm] of packed pixels, or [GemmBF16].
func (p *Pointwise) gemm(team *team.Team, transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	multiply := Gemm
	if p.bf16 {
		multiply = GemmBF16
	}
	multiply(team, transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
}

// Output returns the output's maps.
func (p *Pointwise) Output() Map { return p.out }

// Bare is as [Conv.Bare].
func (p *Pointwise) Bare(bare bool) { p.written = p.out.result(bare) }

// Result returns the maps that a forward pass writes.
func (p *Pointwise) Result() Map { return p.written }

// WeightLen returns the number of weights, [In,Out].
func (p *Pointwise) WeightLen() int { return p.in.Channels * p.out.Channels }

// Forward sets the interior of y to the convolution of x. Sums, if not nil, are set to those of y.
func (p *Pointwise) Forward(team *team.Team, y []float32, x Normed, weights []float32, sums *Sums) {
	in, out := p.in.Channels, p.out.Channels
	x.check(p.in)
	p.written.check([][]float32{y}, p.WeightLen(), weights)
	p.chunks(team, &x, func(lo, rows int, px, py []float32, stages *stageSet) {
		p.gather(team, px, &x, lo, rows, stages)
		p.gemm(team, false, false, rows, out, in, px, in, weights, out, py, out, false)
		p.each(team, lo, rows, func(i, row, r int) { copy(y[p.written.Row(i, r):][:p.out.Width*out], py[row*out:]) })
	})
	if sums != nil {
		p.written.ColumnSums(team, y, sums.Shift, sums.Sum, sums.Square)
	}
}

// Backward takes the output gradient dy and sets dw [In,Out] to the weights' gradient and the
// interior of dx to the input's. Sums, if not nil, are set to those that the norm in front needs of
// dx.
func (p *Pointwise) Backward(team *team.Team, dx, dw, dy []float32, x Normed, weights []float32, sums *GradSums) {
	in, out := p.in.Channels, p.out.Channels
	x.check(p.in)
	p.in.check([][]float32{dx}, 0)
	p.out.check([][]float32{dy}, p.WeightLen(), dw, weights)
	p.chunks(team, &x, func(lo, rows int, px, py []float32, stages *stageSet) {
		p.gather(team, px, &x, lo, rows, stages)
		p.each(team, lo, rows, func(i, row, r int) { copy(py[row*out:][:p.out.Width*out], dy[p.out.Row(i, r):]) })
		p.gemm(team, true, false, in, out, rows, px, in, py, out, dw, out, lo > 0)
		p.gemm(team, false, true, rows, in, out, py, out, weights, out, px, in, false)
		p.scatter(team, dx, px, lo, rows)
	})
	if sums != nil {
		done := p.in.gradSumming(dx, x, sums)
		team.Do(p.in.Images, func(i int) { done(i, i+1) })
	}
}

// chunks calls f for the images from lo on, with room for their pixels of both sides.
func (p *Pointwise) chunks(team *team.Team, x *Normed, f func(lo, rows int, px, py []float32, stages *stageSet)) {
	pixels, ch := p.out.Height*p.out.Width, p.in.Channels
	most := p.images * pixels
	r := rooms{shared: most * (ch + p.out.Channels)}
	if x.deferred() {
		r.a = p.in.row()
	}
	room, stages := r.take(team)
	defer stages.end()
	for lo := 0; lo < p.in.Images; lo += p.images {
		f(lo, min(p.images, p.in.Images-lo)*pixels, room[:most*ch], room[most*ch:], stages)
	}
}

// each calls f for the rows of output pixels of the images from lo on: image, where the row's first
// pixel is in a matrix, and row.
func (p *Pointwise) each(team *team.Team, lo, rows int, f func(i, row, r int)) {
	team.Do(rows/(p.out.Height*p.out.Width), func(i int) {
		for r := range p.out.Height {
			f(lo+i, (i*p.out.Height+r)*p.out.Width, r)
		}
	})
}

// gather collects the pixels that are read.
func (p *Pointwise) gather(team *team.Team, px []float32, x *Normed, lo, rows int, stages *stageSet) {
	ch := p.in.Channels
	p.each(team, lo, rows, func(i, row, r int) {
		from, at := x.X, p.in.Row(i, r*p.stride)
		if x.deferred() {
			s, slot := stages.take()
			defer stages.give(slot)
			p.in.spanOf(i, r*p.stride, 1).normed(s.a, 0, x)
			from, at = s.a, 0
		}
		for c := range p.out.Width {
			copy(px[(row+c)*ch:][:ch], from[at+c*p.stride*ch:])
		}
	})
}

// scatter puts the pixels' gradients where they belong, zeros between them.
func (p *Pointwise) scatter(team *team.Team, dx, px []float32, lo, rows int) {
	ch := p.in.Channels
	team.Do(rows/(p.out.Height*p.out.Width), func(i int) {
		for r := range p.in.Height {
			clear(dx[p.in.Row(lo+i, r):][:p.in.Width*ch])
		}
	})
	p.each(team, lo, rows, func(i, row, r int) {
		at := p.in.Row(i, r*p.stride)
		for c := range p.out.Width {
			copy(dx[at+c*p.stride*ch:], px[(row+c)*ch:][:ch])
		}
	})
}
