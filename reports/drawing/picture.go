package drawing

import (
	"bytes"
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"protobench/harness/store"
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

// Save writes both forms, path.png and path.svg. Errors name the file.
func (p Picture) Save(path string) error {
	for ending, encode := range map[string]func() ([]byte, error){".png": p.PNG, ".svg": p.SVG} {
		b, err := encode()
		if err != nil {
			return fmt.Errorf("%s: %w", path+ending, err)
		}
		if err := store.WriteFile(path+ending, b); err != nil {
			return err
		}
	}
	return nil
}

func encoded(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}
