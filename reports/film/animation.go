package film

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"protobench/reports/drawing"
)

// Measures of the moving picture.
const (
	screen     = 240 // points to a side
	screenDPI  = 144
	shown      = 18 // hundredths of a second for a frame
	shownFirst = 90
	shownLast  = 250 // before it starts again
)

// GIF is the film as a moving picture that starts again: a frame for each measurement, with lines
// from the one before.
func (f *Film) GIF() ([]byte, error) {
	out := &gif.GIF{}
	var frames []image.Image
	for i := range f.frames {
		frames = append(frames, f.screen(i))
	}
	for i, p := range drawing.Paletted(frames...) {
		delay := shown
		switch i {
		case len(frames) - 1:
			delay = shownLast
		case 0:
			delay = shownFirst
		}
		out.Image, out.Delay = append(out.Image, p), append(out.Delay, delay)
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, out)
	return b.Bytes(), err
}

// screen draws a frame of the moving picture.
func (f *Film) screen(i int) image.Image {
	c := vgimg.NewWith(vgimg.UseWH(vg.Points(screen), vg.Points(screen+14)), vgimg.UseDPI(screenDPI), vgimg.UseBackgroundColor(color.White))
	drawing.DrawPanels(draw.New(c), []*plot.Plot{f.panel(i, i-1, vg.Points(1.5))}, 1, nil)
	return c.Image()
}
