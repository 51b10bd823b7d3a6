package drawing

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// EndLabel names a line at its right end.
type EndLabel struct {
	Text  string
	Y     float64 // where the line ends
	Color color.NRGBA
}

// EndLabels writes names of lines outside of a panel's right side, each as near to its line's end as
// the others let it be. A panel with such labels needs no legend.
type EndLabels []EndLabel

func (e EndLabel) style() text.Style {
	st := textStyle(SmallSize, dark(e.Color))
	st.YAlign = draw.YCenter
	return st
}

// dark is a colour dark enough for small type on white.
func dark(c color.NRGBA) color.NRGBA {
	return mix([3]float64{float64(c.R), float64(c.G), float64(c.B)}, [3]float64{}, 0.3)
}

// endGap is what stands free between a line's end and its name.
const endGap = 3

// GlyphBoxes implements plot.GlyphBoxer: the names' room.
func (l EndLabels) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var out []plot.GlyphBox
	for _, e := range l {
		box := vg.Rectangle{Max: vg.Point{X: e.style().Width(e.Text) + vg.Points(endGap)}}
		out = append(out, plot.GlyphBox{X: 1, Y: p.Y.Norm(e.Y), Rectangle: box})
	}
	return out
}

// Plot implements plot.Plotter.
func (l EndLabels) Plot(c draw.Canvas, p *plot.Plot) {
	labels := slices.Clone(l)
	slices.SortStableFunc(labels, func(a, b EndLabel) int {
		switch {
		case a.Y < b.Y:
			return -1
		case a.Y > b.Y:
			return 1
		}
		return 0
	})
	_, place := p.Transforms(&c)
	at := make([]vg.Length, len(labels))
	for i, e := range labels {
		at[i] = place(e.Y)
	}
	spread(at, vg.Points(SmallSize+0.7), c.Min.Y, c.Max.Y)
	for i, e := range labels {
		c.FillText(e.style(), vg.Point{X: c.Max.X + vg.Points(endGap), Y: at[i]}, e.Text)
	}
}

// spread moves ascending places apart to a distance, within bounds as far as they fit: neighbours
// that are too near form a block around their mean.
func spread(at []vg.Length, distance, low, high vg.Length) {
	type block struct {
		from, n int
		middle  vg.Length
	}
	half := func(b block) vg.Length { return vg.Length(distance * vg.Length(b.n-1) / 2) }
	var blocks []block
	for i, y := range at {
		b := block{i, 1, min(max(y, low), high)}
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.middle+half(last)+distance <= b.middle-half(b) {
				break
			}
			n := last.n + b.n
			b = block{last.from, n, (vg.Length(last.middle*vg.Length(last.n)) + vg.Length(b.middle*vg.Length(b.n))) / vg.Length(n)}
			b.middle = max(min(b.middle, high-half(b)), low+half(b))
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	for _, b := range blocks {
		for i := range b.n {
			at[b.from+i] = b.middle - half(b) + vg.Length(distance*vg.Length(i))
		}
	}
}
