package metrics

import "math"

// directions holds a matrix's rows as unit vectors beside the original numbers:
// float32 for bulk products, float64 for the comparisons that decide.
type directions struct {
	raw  Matrix
	unit Matrix    // rows of norm 1, or zero where has is false
	norm []float64 // [Rows]
	has  []bool    // [Rows], whether the row has a direction
}

func directionsOf(m Matrix) directions {
	d := directions{raw: m, unit: NewMatrix(m.Rows, m.Cols), norm: make([]float64, m.Rows), has: make([]bool, m.Rows)}
	for i := range m.Rows {
		n := math.Sqrt(dot(m.Row(i), m.Row(i)))
		if n == 0 || !finite(n) {
			continue
		}
		d.norm[i], d.has[i] = n, true
		u := d.unit.Row(i)
		for j, x := range m.Row(i) {
			u[j] = float32(float64(x) / n)
		}
	}
	return d
}

// with lists the rows that have a direction, ascending.
func (d directions) with() []int {
	var rows []int
	for i, ok := range d.has {
		if ok {
			rows = append(rows, i)
		}
	}
	return rows
}

// cosine is the cosine of rows i and j in float64, in [-1,1]; both need a direction.
func (d directions) cosine(i, j int) float64 {
	c := dot(d.raw.Row(i), d.raw.Row(j)) / (d.norm[i] * d.norm[j])
	return math.Max(-1, math.Min(1, c))
}

// slack bounds the error of a cosine that is a float32 sum of Cols products of
// rounded unit vectors: (Cols+2) roundings, doubled for safety.
func (d directions) slack() float64 { return float64(float64(d.raw.Cols+8) * 0x1p-23) }

// dot sums in float64 from the first product to the last. kernel.Dot64 is faster and
// sums in 16 lanes, so it would change the last digits of every metric here.
func dot(a, b []float32) float64 {
	var s float64
	for i, x := range a {
		s += float64(float64(x) * float64(b[i]))
	}
	return s
}
