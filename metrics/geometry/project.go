package geometry

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
)

// Projection holds prototypes on the circle of their two principal components.
type Projection struct {
	Rows      []int        // the prototypes that are shown, ascending
	Points    [][2]float64 // [len(Rows)], of length 1
	Angles    []float64    // [len(Rows)], in (-π,π]
	Explained [2]float64   // share of the variance on either axis, 0..1
}

// Project2D projects the normalised rows p [K,D] onto their first two principal
// components and then onto the unit circle (Arteaga et al. 2025, Fig. 1).
// Isotropic prototypes spread evenly over the angles; collapse leaves few
// directions with mass. Each component's entry of largest magnitude (the first of
// equals) is positive, so that equal prototypes give equal pictures.
//
// Rows without a direction, and rows that fall on the centre, are left out.
// Undefined (false) when none is left: one prototype, D < 2, total collapse.
func Project2D(p matrix.Matrix) (Projection, bool) {
	d := matrix.DirectionsOf(p)
	rows := d.With()
	if len(rows) < 2 || p.Cols < 2 {
		return Projection{}, false
	}
	x := d.Unit.Pick(rows).Dense()
	matrix.CentreColumns(x)
	axes, explained, ok := principal(x)
	if !ok {
		return Projection{}, false
	}
	out := Projection{Explained: explained}
	for i, row := range rows {
		out.add(row, mat.Dot(x.RowView(i), axes[0]), mat.Dot(x.RowView(i), axes[1]))
	}
	return out, len(out.Rows) > 0
}

func (p *Projection) add(row int, a, b float64) {
	r := math.Hypot(a, b)
	if r < matrix.AtMean {
		return
	}
	p.Rows = append(p.Rows, row)
	p.Points = append(p.Points, [2]float64{a / r, b / r})
	p.Angles = append(p.Angles, math.Atan2(b, a))
}

// principal returns the two leading eigenvectors of the scatter of centred rows.
func principal(x *mat.Dense) (axes [2]mat.Vector, explained [2]float64, ok bool) {
	n, d := x.Dims()
	scatter := mat.NewSymDense(d, nil)
	scatter.SymOuterK(1, x.T())
	trace := mat.Trace(scatter)
	if trace <= matrix.AtMean*matrix.AtMean*float64(n) {
		return axes, explained, false
	}
	// For a positive semi-definite matrix this is the eigendecomposition,
	// several times faster than the symmetric solver.
	var svd mat.SVD
	if !svd.Factorize(scatter, mat.SVDThinV) {
		return axes, explained, false
	}
	var vectors mat.Dense
	svd.VTo(&vectors)
	values := svd.Values(nil)
	for a := range axes {
		axes[a] = oriented(mat.Col(nil, a, &vectors))
		explained[a] = values[a] / trace
	}
	return axes, explained, true
}

// oriented flips a vector so that its entry of largest magnitude is positive.
func oriented(v []float64) mat.Vector {
	top := 0
	for i, x := range v {
		if math.Abs(x) > math.Abs(v[top]) {
			top = i
		}
	}
	if v[top] < 0 {
		for i := range v {
			v[i] = -v[i]
		}
	}
	return mat.NewVecDense(len(v), v)
}
