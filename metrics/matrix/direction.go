package matrix

import "math"

// Directions holds a matrix's rows as unit vectors beside the original numbers:
// float32 for bulk products, float64 for the comparisons that decide.
type Directions struct {
	Raw  Matrix    // [Rows,Cols]
	Unit Matrix    // [Rows,Cols], rows of norm 1, or zero where Has is false
	Norm []float64 // [Rows], Euclidean, of the original rows; 0 where Has is false
	Has  []bool    // [Rows], whether the row has a direction
}

// DirectionsOf finds the directions of the rows of m [Rows,Cols]. A row that is zero or holds NaN
// or Inf has none.
func DirectionsOf(m Matrix) Directions {
	d := NormsOf(m)
	d.Unit = New(m.Rows, m.Cols)
	for i := range m.Rows {
		if d.Has[i] {
			divide(d.Unit.Row(i), m.Row(i), d.Norm[i])
		}
	}
	return d
}

// NormsOf is [DirectionsOf] without the unit vectors, where Raw and Norm serve: no copy is made.
func NormsOf(m Matrix) Directions {
	d := Directions{Raw: m, Norm: make([]float64, m.Rows), Has: make([]bool, m.Rows)}
	for i := range m.Rows {
		d.Norm[i] = norm(m.Row(i))
		d.Has[i] = d.Norm[i] > 0
	}
	return d
}

// norm is the Euclidean norm of a row, 0 where it has no direction.
func norm(row []float32) float64 {
	n := math.Sqrt(Dot(row, row))
	if !Finite(n) {
		return 0
	}
	return n
}

// divide sets dst to row/n; dst may be row.
func divide(dst, row []float32, n float64) {
	for j, x := range row {
		dst[j] = float32(float64(x) / n)
	}
}

// With lists the rows that have a direction, ascending.
func (d Directions) With() []int {
	var rows []int
	for i, ok := range d.Has {
		if ok {
			rows = append(rows, i)
		}
	}
	return rows
}

// Cosine is the cosine of rows i and j in float64, in [-1,1]; both need a direction.
func (d Directions) Cosine(i, j int) float64 {
	c := Dot(d.Raw.Row(i), d.Raw.Row(j)) / (d.Norm[i] * d.Norm[j])
	return math.Max(-1, math.Min(1, c))
}

// Slack bounds the error of a cosine that is a float32 sum of Cols products of
// rounded unit vectors: (Cols+2) roundings, doubled for safety.
func (d Directions) Slack() float64 { return float64(float64(d.Raw.Cols+8) * 0x1p-23) }

// Mean averages the unit vectors of the rows in float64, [Cols]; zero without rows.
func (d Directions) Mean(rows []int) []float64 {
	mean := make([]float64, d.Raw.Cols)
	for _, i := range rows {
		for j, x := range d.Raw.Row(i) {
			mean[j] += float64(x) / d.Norm[i]
		}
	}
	for j := range mean {
		mean[j] /= float64(max(1, len(rows)))
	}
	return mean
}

// AtMean is the distance from the mean of unit vectors under which what is left of one is rounding
// noise of float32 and no direction.
const AtMean = 1e-6
