package drawing

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// sans returns the figures' type face at a size in points.
func sans(size float64) font.Font {
	f := font.From(plot.DefaultFont, vg.Points(size))
	f.Variant = "Sans"
	return f
}

func textStyle(size float64, c color.Color) text.Style {
	return text.Style{Color: c, Font: sans(size), Handler: plot.DefaultTextHandler}
}

// Note puts a short text at a point given as shares of the panel's data area, from its lower left
// corner; shares beyond 1 stand outside. The text hangs from the point and ends there, or begins
// there with Left.
type Note struct {
	Text string
	X, Y float64
	Size float64 // of the type face, in points
	Left bool
}

// Plot implements plot.Plotter.
func (n Note) Plot(c draw.Canvas, _ *plot.Plot) {
	st := textStyle(n.Size, color.Gray{0x50})
	st.XAlign, st.YAlign = draw.XRight, draw.YTop
	if n.Left {
		st.XAlign = draw.XLeft
	}
	at := vg.Point{X: c.Min.X + vg.Length(vg.Length(n.X)*(c.Max.X-c.Min.X)), Y: c.Min.Y + vg.Length(vg.Length(n.Y)*(c.Max.Y-c.Min.Y))}
	c.FillText(st, at, n.Text)
}

// broken breaks a text between words into lines of a width, as far as its words allow.
func broken(s string, st text.Style, width vg.Length) string {
	var lines []string
	for _, word := range strings.Split(s, " ") {
		last := len(lines) - 1
		if last >= 0 && st.Width(lines[last]+" "+word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return strings.Join(lines, "\n")
}

// Shorten keeps a text to n characters, the last an ellipsis where something is cut off.
func Shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
