package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The points of interpolation other than 0 and ∞ are ±√½ and ±√2.
const (
	root     = math.Sqrt2 / 2
	pairNear = -2.0 / 3 // what weights are divided by: 2a²(a²-b²) for the points ±a = ±√½ …
	pairFar  = 1.0 / 6  // … and 2b²(b²-a²) for ±b = ±√2
)

// winogradLarge emits the transformations of F(4×4, 3×3).
func winogradLarge() {
	for _, m := range []largeMap{
		{"winogradInput4", " transforms tiles of 6×6 pixels: see winogradInput.", true, 6, 6, []float64{2.5, 2, 0.5, root}, largeInput},
		{"winogradOutput4", " transforms products to tiles of 4×4 pixels: see winogradOutput.", false, 6, 4, []float64{2, 0.5, 8, root, root / 2}, largeOutput},
		{"winogradSpread4", " transforms tiles of 4×4 gradients: see winogradSpread.", true, 4, 6, []float64{2, 0.5, root, math.Sqrt2}, largeSpread},
		{"winogradWeights4", " transforms 3×3 taps: see winogradWeights.", true, 3, 6, []float64{2, 0.5, root, math.Sqrt2, pairNear, pairFar}, largeWeights},
		{"winogradTaps4", " transforms products to 3×3 taps: see winogradTaps.", false, 6, 3, []float64{pairNear, pairFar, root * pairNear, math.Sqrt2 * pairFar, 1.0 / 3}, largeTaps},
	} {
		m.emit(avx2)
		m.emit(avx512)
	}
}

// arith are operations whose result is a new register.
type arith struct{ unit }

func (a arith) op(f func(x, y, dst Op), x, y Op) reg.VecVirtual {
	v := a.reg()
	f(x, y, v)
	return v
}

func (a arith) add(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VADDPS(x, y, d) }, x, y) }
func (a arith) sub(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VSUBPS(y, x, d) }, x, y) }
func (a arith) mul(x, y Op) reg.VecVirtual { return a.op(func(x, y, d Op) { VMULPS(x, y, d) }, x, y) }

// plus is z + x·y, minus z - x·y, and less x·y - z, each rounded once.
func (a arith) plus(z, x, y Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFMADD231PS(x, y, v)
	return v
}

func (a arith) minus(z, x, y Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFNMADD231PS(x, y, v)
	return v
}

func (a arith) less(x, y, z Op) reg.VecVirtual {
	v := a.reg()
	VMOVAPS(z, v)
	VFMSUB231PS(x, y, v)
	return v
}

func largeInput(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	middle, two, half, root := c[0], c[1], c[2], c[3]
	first := a.add(x[0], a.minus(x[4], middle, x[2]))
	last := a.add(x[1], a.minus(x[5], middle, x[3]))
	e, o := a.minus(x[4], two, x[2]), a.minus(x[3], two, x[1])
	f, p := a.minus(x[4], half, x[2]), a.less(x[3], two, x[1])
	return []reg.VecVirtual{first, a.plus(e, root, o), a.minus(e, root, o), a.plus(f, root, p), a.minus(f, root, p), last}
}

func largeOutput(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, eight, root, halfRoot := c[0], c[1], c[2], c[3], c[4]
	e, o, f, p := a.add(x[1], x[2]), a.sub(x[1], x[2]), a.add(x[3], x[4]), a.sub(x[3], x[4])
	return []reg.VecVirtual{
		a.add(x[0], a.add(e, f)),
		a.mul(root, a.plus(o, two, p)),
		a.plus(a.mul(half, e), two, f),
		a.plus(x[5], halfRoot, a.plus(o, eight, p)),
	}
}

func largeSpread(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, near, far := c[0], c[1], c[2], c[3]
	e, o, f, p := a.plus(x[0], half, x[2]), a.plus(x[1], half, x[3]), a.plus(x[0], two, x[2]), a.plus(x[1], two, x[3])
	return []reg.VecVirtual{x[0], a.plus(e, near, o), a.minus(e, near, o), a.plus(f, far, p), a.minus(f, far, p), x[3]}
}

func largeWeights(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	two, half, near, far, byNear, byFar := c[0], c[1], c[2], c[3], c[4], c[5]
	e, f := a.plus(x[0], half, x[2]), a.plus(x[0], two, x[2])
	return []reg.VecVirtual{
		x[0],
		a.mul(byNear, a.plus(e, near, x[1])), a.mul(byNear, a.minus(e, near, x[1])),
		a.mul(byFar, a.plus(f, far, x[1])), a.mul(byFar, a.minus(f, far, x[1])),
		x[2],
	}
}

func largeTaps(a arith, c, x []reg.VecVirtual) []reg.VecVirtual {
	byNear, byFar, oddNear, oddFar, third := c[0], c[1], c[2], c[3], c[4]
	e, o, f, p := a.add(x[1], x[2]), a.sub(x[1], x[2]), a.add(x[3], x[4]), a.sub(x[3], x[4])
	return []reg.VecVirtual{
		a.add(x[0], a.plus(a.mul(byFar, f), byNear, e)),
		a.plus(a.mul(oddFar, p), oddNear, o),
		a.plus(x[5], third, a.sub(f, e)),
	}
}
