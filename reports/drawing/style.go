package drawing

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Style draws one thing the same in every figure: colour, glyph and dashes for what kind of thing it
// is, so that colour is never the only sign of it; other dashes and a hollow glyph for its place
// among those of its kind.
type Style struct {
	Color  color.NRGBA
	Glyph  draw.GlyphDrawer
	Dashes []vg.Length // nil for a solid line
	place  int         // which decides the dashes of thin lines
}

// StyleOf is the style of the kind and the place of given numbers, both from 0. Beyond eight kinds
// colours come again with other glyphs and dashes, beyond eight places dashes come again.
func StyleOf(kind, place int) Style {
	colors, shapes, lines := Palette(), outlines(), dashes()
	return Style{
		Color:  colors[kind%len(colors)],
		Glyph:  outline{shapes[(kind+kind/len(colors))%len(shapes)], place > 0},
		Dashes: lines[(kind+3*(kind/len(colors))+place)%len(lines)],
		place:  place,
	}
}

// OrderedStyle is the style of the i-th of n values that are in order: colours of one scale from
// light to dark, glyphs and dashes that change from one to the next.
func OrderedStyle(i, n int) Style {
	st := StyleOf(i, 0)
	st.Color = Ordered(i, n)
	return st
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {5, 1.8}, {1.3, 1.3}, {6, 1.5, 1.3, 1.5}, {2.6, 1.6}, {9, 1.5}, {3.5, 1.2, 1.2, 1.2, 1.2, 1.2}, {1.2, 2.6}}
}

// Line is the style's line.
func (st Style) Line() draw.LineStyle {
	return draw.LineStyle{Color: st.Color, Width: vg.Points(1.3), Dashes: st.Dashes}
}

// ThinLine is a thin broken line in the style's colour, for what goes along with the thing itself.
func (st Style) ThinLine() draw.LineStyle {
	patterns := [][]vg.Length{{0.8, 1.2}, {2, 1.2}, {4, 1.2, 0.8, 1.2}}
	return draw.LineStyle{Color: st.Color, Width: vg.Points(0.8), Dashes: patterns[st.place%len(patterns)]}
}

// Mark is the style's glyph at a radius.
func (st Style) Mark(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: st.Color, Radius: radius, Shape: st.Glyph}
}

// GreyLine is the thick pale line that stands for chance, behind the lines that are compared to it.
func GreyLine() draw.LineStyle {
	return draw.LineStyle{Color: color.NRGBA{0xb4, 0xb4, 0xb4, 255}, Width: vg.Points(2.2)}
}
