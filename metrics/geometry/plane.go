package geometry

import (
	"gonum.org/v1/gonum/mat"

	"protobench/metrics/matrix"
)

// Plane is a fixed projection of directions onto a plane, for pictures of them over time.
type Plane struct {
	Explained [2]float64 // share of the variance on either axis of what it was made of, 0..1

	mean []float64 // [D]
	axes [2]mat.Vector
}

// PlaneOf is the plane of the first two principal components of the normalised rows of p [K,D]; the
// signs are those of [Project2D]. Undefined (false) with fewer than two directions, with D < 2, and
// where all rows are one.
func PlaneOf(p matrix.Matrix) (Plane, bool) {
	d := matrix.DirectionsOf(p)
	rows := d.With()
	if len(rows) < 2 || p.Cols < 2 {
		return Plane{}, false
	}
	x := d.Unit.Pick(rows).Dense()
	out := Plane{mean: make([]float64, p.Cols)}
	for j := range out.mean {
		out.mean[j] = mat.Sum(x.ColView(j)) / float64(len(rows))
	}
	matrix.CentreColumns(x)
	var ok bool
	out.axes, out.Explained, ok = principal(x)
	return out, ok
}

// Of projects the normalised rows of p [K,D]: a point for each row; the centre for one without a
// direction.
func (l Plane) Of(p matrix.Matrix) [][2]float64 {
	d := matrix.DirectionsOf(p)
	out := make([][2]float64, p.Rows)
	for _, i := range d.With() {
		for a, axis := range l.axes {
			for j, m := range l.mean {
				out[i][a] += float64((float64(d.Unit.Data[i*p.Cols+j]) - m) * axis.AtVec(j))
			}
		}
	}
	return out
}
