package drawing

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Style draws one thing the same in every figure: colour and glyph for what kind of thing it is,
// dashes and hollow glyphs for its place among those of its kind.
type Style struct {
	Color  color.NRGBA
	Glyph  draw.GlyphDrawer
	Dashes []vg.Length // nil for a solid line
	place  int         // which decides the dashes
}

// StyleOf is the style of the kind and the place of given numbers, both from 0. Beyond eight kinds
// colours come again with other glyphs, beyond five places dashes come again.
func StyleOf(kind, place int) Style {
	colors, shapes, lines := Palette(), outlines(), dashes()
	return Style{
		Color:  colors[kind%len(colors)],
		Glyph:  outline{shapes[(kind+kind/len(colors))%len(shapes)], place > 0},
		Dashes: lines[place%len(lines)],
		place:  place,
	}
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {5, 2.5}, {1.5, 2}, {7, 2, 1.5, 2}, {3, 1.5, 3, 4}}
}

// Line is the style's line.
func (st Style) Line() draw.LineStyle {
	return draw.LineStyle{Color: st.Color, Width: vg.Points(1.4), Dashes: st.Dashes}
}

// ThinLine is a thin broken line in the style's colour, for what goes along with the thing itself.
func (st Style) ThinLine() draw.LineStyle {
	patterns := [][]vg.Length{{2.5, 1.5}, {1, 1.5}, {5, 1.5, 1, 1.5}}
	return draw.LineStyle{Color: st.Color, Width: vg.Points(0.9), Dashes: patterns[st.place%len(patterns)]}
}

// Mark is the style's glyph at a radius.
func (st Style) Mark(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: st.Color, Radius: radius, Shape: st.Glyph}
}

// GreyLine is the thick pale line that stands for chance, behind the lines that are compared to it.
func GreyLine() draw.LineStyle {
	return draw.LineStyle{Color: color.NRGBA{0xa0, 0xa0, 0xa0, 255}, Width: vg.Points(2.4)}
}
