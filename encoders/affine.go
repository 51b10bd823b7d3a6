package encoders

import (
	"protobench/internal/kernel"
	"protobench/internal/team"

	"gorgonia.org/tensor"
)

// passRows is how many rows a pass takes through layers at a time, so that what lies between their
// products stays in the cache and need not be kept. It is a multiple of [sliceRows] and of a
// product's blocks of 512: the gradients of weights are then the sums that one product over all
// rows would take.
const passRows = 1024

// rowsATask is how many rows, with so many numbers each between and around their products, a task
// takes forward through layers by itself: whole tiles of a product, and about as many as stay in its
// core's own cache. It changes no number.
func rowsATask(numbers int) int {
	const cache, tile = 150_000, 12 // floats, rows
	return max(2, min(14, cache/(tile*numbers))) * tile
}

// rooms are what tasks keep between products.
var rooms kernel.Stock[room]

// room is the memory of a task.
type room struct{ data []float32 }

// of returns n floats, whatever they are, which hold until the room is asked again.
func (r *room) of(n int) []float32 {
	if len(r.data) < n {
		r.data = make([]float32, n)
	}
	return r.data[:n]
}

// packings are weights in the order in which products read them, for one pass of a layer.
var packings kernel.Stock[kernel.Panels]

// affine is the map x·w (+ b) of rows, w [In,Out], b [Out], and the gradients of both while a
// backward pass goes through the rows from the first to the last.
type affine struct {
	precision
	in, out int
	dw, db  []float32
	sums    *slicedSums // of db
}

// forward sets y = x·w (+ b) on n rows. Without a bias b is nil.
func (a *affine) forward(team *team.Team, n int, y, x, w, b []float32) {
	if b == nil {
		a.gemm(team, false, false, n, a.out, a.in, x, a.in, w, a.out, y, a.out, false)
		return
	}
	a.gemmBias(team, n, a.out, a.in, x, a.in, w, a.out, b, y, a.out)
}

// prepare makes room for the gradients over n rows.
func (a *affine) prepare(n int, bias bool) {
	a.dw = make([]float32, a.in*a.out)
	if bias {
		a.db, a.sums = make([]float32, a.out), newSlicedSums(n, sliceRows, a.out)
	}
}

// addBias takes the sums of the gradient g of the product's rows from lo on, a slice or less, that db
// is the total of.
func (a *affine) addBias(lo int, g []float32) {
	if a.sums != nil {
		kernel.SumRows(a.sums.own(lo), g, len(g)/a.out, a.out)
	}
}

// learn adds the rows from lo on to dw: their x and the gradient g of their product.
func (a *affine) learn(team *team.Team, lo int, x, g []float32) {
	a.gemm(team, true, false, a.in, a.out, len(g)/a.out, x, a.in, g, a.out, a.dw, a.out, lo > 0)
}

// packed returns w, or wᵀ for the input's gradient, to be multiplied with rows by any thread. It is
// to be given back to the packings.
func (a *affine) packed(team *team.Team, w []float32, trans bool) *kernel.Panels {
	p := packings.Get()
	k, n := a.in, a.out
	if trans {
		k, n = n, k
	}
	if a.bf16 {
		p.PackBF16(team, trans, k, n, w, a.out)
	} else {
		p.Pack(team, trans, k, n, w, a.out)
	}
	return p
}

// input sets dx = g·wᵀ.
func (a *affine) input(team *team.Team, dx, g, w []float32) {
	a.gemm(team, false, true, len(g)/a.out, a.in, a.out, g, a.out, w, a.out, dx, a.in, false)
}

// finish leaves the gradients in dw and db once all rows have been seen.
func (a *affine) finish(team *team.Team) {
	if a.sums != nil {
		a.sums.total(team, a.db, 0)
	}
}

// taken are the gradients of the weights and, where there is one, of the bias.
func (a *affine) taken() []taken {
	all := []taken{{a.dw, tensor.Shape{a.in, a.out}}}
	if a.db != nil {
		all = append(all, taken{a.db, tensor.Shape{a.out}})
	}
	return all
}
