package drawing

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Picture is what a figure draws, at its size. Draw is nil when there is nothing to show.
type Picture struct {
	Width, Height vg.Length
	Draw          func(draw.Canvas)
}

// dpi of the PNG files: sharp in print at the drawn size.
const dpi = 160

// PNG draws the picture on white, at 160 pixels per inch. Draw must not be nil.
func (p Picture) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(p.Width, p.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	p.Draw(draw.New(c))
	return encoded(vgimg.PngCanvas{Canvas: c})
}

// SVG draws the picture as vectors. Draw must not be nil.
func (p Picture) SVG() ([]byte, error) {
	c := vgsvg.New(p.Width, p.Height)
	p.Draw(draw.New(c))
	return encoded(c)
}

func encoded(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}
