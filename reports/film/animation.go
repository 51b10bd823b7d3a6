package film

import (
	"bytes"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/gif"
	"slices"

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
	var frames []*image.RGBA
	for i := range f.frames {
		frames = append(frames, f.screen(i))
	}
	colors := paletteOf(frames)
	for i, m := range frames {
		p := image.NewPaletted(m.Bounds(), colors)
		imagedraw.Draw(p, p.Bounds(), m, image.Point{}, imagedraw.Src)
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
func (f *Film) screen(i int) *image.RGBA {
	c := vgimg.NewWith(vgimg.UseWH(vg.Points(screen), vg.Points(screen+14)), vgimg.UseDPI(screenDPI), vgimg.UseBackgroundColor(color.White))
	drawing.DrawPanels(draw.New(c), []*plot.Plot{f.panel(i, i-1, vg.Points(1.5))}, 1, nil)
	m := c.Image()
	out := image.NewRGBA(m.Bounds())
	imagedraw.Draw(out, out.Bounds(), m, m.Bounds().Min, imagedraw.Src)
	return out
}

// paletteOf are the colours that frames have most, at most the 256 of a GIF; equally frequent ones
// in the order of their values.
func paletteOf(frames []*image.RGBA) color.Palette {
	count := map[color.RGBA]int{}
	for _, m := range frames {
		for i := 0; i < len(m.Pix); i += 4 {
			count[color.RGBA{m.Pix[i] &^ 3, m.Pix[i+1] &^ 3, m.Pix[i+2] &^ 3, 255}]++
		}
	}
	var all []color.RGBA
	for c := range count {
		all = append(all, c)
	}
	value := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	slices.SortFunc(all, func(a, b color.RGBA) int {
		if n := count[b] - count[a]; n != 0 {
			return n
		}
		return value(a) - value(b)
	})
	out := color.Palette{color.RGBA{255, 255, 255, 255}}
	for _, c := range all {
		if len(out) < 256 && min(c.R, c.G, c.B) < 252 { // another than white
			out = append(out, c)
		}
	}
	return out
}
