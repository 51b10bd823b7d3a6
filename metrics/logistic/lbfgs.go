package logistic

import (
	"math"

	"protobench/internal/kernel"
)

// lbfgsMemory is the number of past steps that shape the next direction.
const lbfgsMemory = 12

// objective returns the value at x and writes the gradient to g.
type objective func(x, g []float64) float64

// Outcome says how a minimisation ended.
type Outcome struct {
	Value      float64 // of the objective at the end
	Gradient   float64 // its largest entry at the end, by magnitude
	Iterations int     // steps that were done
	Converged  bool    // Gradient is within the tolerance, or ten times it where rounding ended the search
}

// Limits say when a minimisation ends.
type Limits struct {
	Tolerance  float64     // largest gradient entry that counts as converged
	Iterations int         // at most
	Stop       func() bool // asked before each iteration; nil for never
}

func (l Limits) stopped() bool { return l.Stop != nil && l.Stop() }

// lbfgs is limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.5) with a
// diagonal first guess of the inverse Hessian, rescaled in each step.
type lbfgs struct {
	f        objective
	diagonal []float64
	x, g, d  []float64
	s, y     [][]float64 // past steps and gradient changes, oldest first
	rho      []float64
	alpha    []float64 // scratch [lbfgsMemory]
	scaled   []float64 // scratch, a gradient change times the diagonal
	line     line
}

// minimise improves x in place until the largest entry of the gradient is within the
// tolerance, the line search finds nothing lower, or the limits end it.
// Where the search ends in the objective's rounding noise, ten times the
// tolerance still counts as converged.
func minimise(f objective, x, diagonal []float64, l Limits) Outcome {
	o := newLBFGS(f, x, diagonal)
	value := f(x, o.g)
	for i := range l.Iterations {
		if largest(o.g) <= l.Tolerance || l.stopped() {
			return o.end(value, i, l.Tolerance)
		}
		next, ok := o.step(value)
		if !ok && len(o.s) > 0 {
			o.s, o.y, o.rho = nil, nil, nil
			next, ok = o.step(value)
		}
		if !ok {
			return o.end(value, i, 10*l.Tolerance)
		}
		value = next
	}
	return o.end(value, l.Iterations, l.Tolerance)
}

func newLBFGS(f objective, x, diagonal []float64) *lbfgs {
	n := len(x)
	return &lbfgs{f: f, diagonal: diagonal, x: x, g: make([]float64, n), d: make([]float64, n), scaled: make([]float64, n),
		alpha: make([]float64, lbfgsMemory), line: line{x: make([]float64, n), g: make([]float64, n)}}
}

func (o *lbfgs) end(value float64, iterations int, tolerance float64) Outcome {
	g := largest(o.g)
	return Outcome{Value: value, Gradient: g, Iterations: iterations, Converged: g <= tolerance}
}

// step moves along the quasi-Newton direction and remembers the curvature it met.
func (o *lbfgs) step(value float64) (float64, bool) {
	o.direction()
	slope := kernel.DotWide(o.d, o.g)
	if !(slope < 0) {
		return value, false
	}
	l := &o.line
	l.begin(o.f, o.x, o.d, value, slope)
	if !l.search() {
		return value, false
	}
	s, y := o.oldest()
	for i := range s {
		s[i], y[i] = l.x[i]-o.x[i], l.g[i]-o.g[i]
	}
	copy(o.x, l.x)
	copy(o.g, l.g)
	o.remember(s, y)
	return l.value, true
}

// oldest returns vectors for a new step: those of the oldest one where the memory is full, which is
// then forgotten.
func (o *lbfgs) oldest() (s, y []float64) {
	if len(o.s) < lbfgsMemory {
		return make([]float64, len(o.x)), make([]float64, len(o.x))
	}
	s, y = o.s[0], o.y[0]
	o.s, o.y, o.rho = o.s[1:], o.y[1:], o.rho[1:]
	return s, y
}

func (o *lbfgs) remember(s, y []float64) {
	sy := kernel.DotWide(s, y)
	if !(sy > 1e-14*kernel.DotWide(y, y)) {
		return
	}
	o.s, o.y, o.rho = append(o.s, s), append(o.y, y), append(o.rho, 1/sy)
}

// direction sets d = -H·g by the two-loop recursion.
func (o *lbfgs) direction() {
	for i, v := range o.g {
		o.d[i] = -v
	}
	alpha := o.alpha[:len(o.s)]
	for k := len(o.s) - 1; k >= 0; k-- {
		alpha[k] = o.rho[k] * kernel.DotWide(o.s[k], o.d)
		kernel.AxpyWide(-alpha[k], o.y[k], o.d)
	}
	scale := o.scale()
	for i, v := range o.diagonal {
		o.d[i] *= scale * v
	}
	for k := range o.s {
		kernel.AxpyWide(alpha[k]-float64(o.rho[k]*kernel.DotWide(o.y[k], o.d)), o.s[k], o.d)
	}
}

// scale fits the diagonal to the latest curvature.
func (o *lbfgs) scale() float64 {
	last := len(o.s) - 1
	if last < 0 {
		return 1
	}
	for i, v := range o.y[last] {
		o.scaled[i] = v * o.diagonal[i]
	}
	return 1 / (o.rho[last] * kernel.DotWide(o.scaled, o.y[last]))
}

// largest is the largest magnitude in x; NaN if x holds one.
func largest(x []float64) float64 {
	var m float64
	for _, v := range x {
		if v = math.Abs(v); v > m || v != v {
			m = v
		}
	}
	return m
}
