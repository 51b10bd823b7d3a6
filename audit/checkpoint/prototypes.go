package checkpoint

import (
	"fmt"
	"math"
	"slices"

	"protobench/metrics/matrix"
)

// Prototypes are what is found, read.
type Prototypes struct {
	Found
	Rows  matrix.Matrix // [K,D] with the directions of the effective prototypes; their lengths are Norms
	Norms []float64     // [K] of the rows as they enter scores; NaN or Inf where a row is not finite
	Bias  []float32     // [K]; nil for none
	Notes []string      // what is odd about how they are stored
}

// Read reads what is found.
func (f *File) Read(found Found) (Prototypes, error) {
	p := Prototypes{Found: found}
	data, err := found.module.matrix().Float32s()
	if err != nil {
		return p, err
	}
	if found.columns {
		data = transposed(data, found.Cols, found.Rows)
		p.Notes = append(p.Notes, "its columns are taken for prototypes")
	}
	p.Rows = matrix.Of(found.Rows, found.Cols, data)
	p.Norms = lengths(p.Rows)
	if found.module.normed() {
		if err := p.scale(); err != nil {
			return p, err
		}
	}
	if b := found.module.bias; b != nil && b.Len() == found.Rows {
		if p.Bias, err = b.Float32s(); err != nil {
			return p, err
		}
	}
	for _, name := range found.Also {
		text := name + " is the same tensor and is not counted again"
		if b := branchOf(name); b != found.Branch && b != "" {
			text += ": " + EqualBranches
		}
		p.Notes = append(p.Notes, text)
	}
	return p, nil
}

// Given are prototypes [K,D] that are in no file.
func Given(name string, rows matrix.Matrix) Prototypes {
	return Prototypes{Found: Found{Key: name, Is: "prototypes", Rows: rows.Rows, Cols: rows.Cols, DType: "F32"}, Rows: rows, Norms: lengths(rows)}
}

// lengths are those of the rows, [K].
func lengths(rows matrix.Matrix) []float64 {
	out := make([]float64, rows.Rows)
	for i := range out {
		out[i] = math.Sqrt(matrix.Dot(rows.Row(i), rows.Row(i)))
	}
	return out
}

// transposed turns [rows, cols] into [cols, rows].
func transposed(x []float32, rows, cols int) []float32 {
	out := make([]float32, len(x))
	for r := range rows {
		for c := range cols {
			out[c*rows+r] = x[r*cols+c]
		}
	}
	return out
}

// scale makes directions and lengths of a weight norm's parts: g·v/‖v‖ points where v does, or the
// other way where g is negative, and is as long as g.
func (p *Prototypes) scale() error {
	g, err := p.module.g.Float32s()
	if err != nil {
		return err
	}
	for i, x := range g {
		row := p.Rows.Row(i)
		if x == 0 || p.Norms[i] == 0 {
			clear(row)
			p.Norms[i] = 0
			continue
		}
		if x < 0 {
			for j := range row {
				row[j] = -row[j]
			}
		}
		p.Norms[i] = math.Abs(float64(x)) + (p.Norms[i] - p.Norms[i]) // NaN where v is not finite
	}
	return p.compare(g)
}

// staleBeyond is the largest part of its length by which a weight that is kept beside a weight norm
// may differ from it by rounding.
const staleBeyond = 1e-2

// compare says where a weight beside the parts of the norm is not what they make.
func (p *Prototypes) compare(g []float32) error {
	w := p.module.weight
	if w == nil || !slices.Equal(w.Shape, p.module.v.Shape) {
		return nil
	}
	data, err := w.Float32s()
	if err != nil {
		return err
	}
	kept, stale := matrix.Of(p.Found.Rows, p.Found.Cols, data), 0
	for i := range g {
		row, norm := p.Rows.Row(i), math.Sqrt(matrix.Dot(p.Rows.Row(i), p.Rows.Row(i)))
		var off float64
		for j, x := range kept.Row(i) {
			e := float64(x) - float64(float64(row[j])/norm*p.Norms[i])
			off += float64(e * e)
		}
		if !(math.Sqrt(off) <= staleBeyond*p.Norms[i]) {
			stale++
		}
	}
	if stale > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%s beside it is stale in %d of %d rows and is not used: scores are made of length and direction", w.Name, stale, len(g)))
	}
	return nil
}
