package drawing

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"image/color"
	"image/png"
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
	Title         string // in few words
	Alt           string // what a reader who does not see it should know; may be empty
	DPI           int    // pixels per inch of the PNG; 0: [DPI]
}

// DPI makes PNG files that are sharp in print at the drawn size.
const DPI = 240

// PNG draws the picture on white, in at most 256 colours. Draw must not be nil.
func (p Picture) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(p.Width, p.Height), vgimg.UseDPI(cmp.Or(p.DPI, DPI)), vgimg.UseBackgroundColor(color.White))
	p.Draw(draw.New(c))
	var b bytes.Buffer
	err := png.Encode(&b, Paletted(c.Image())[0])
	return b.Bytes(), err
}

// SVG draws the picture as vectors, with its title and its alternative text for those who do not see
// it. Draw must not be nil.
func (p Picture) SVG() ([]byte, error) {
	c := vgsvg.New(p.Width, p.Height)
	p.Draw(draw.New(c))
	b, err := encoded(c)
	if err != nil {
		return nil, err
	}
	return p.described(b)
}

// described gives an SVG its role, title and description. Viewers without the figures' typeface take
// one of the same widths.
func (p Picture) described(svg []byte) ([]byte, error) {
	start := bytes.Index(svg, []byte("<svg "))
	end := bytes.IndexByte(svg[max(0, start):], '>')
	if start < 0 || end < 0 {
		return nil, fmt.Errorf("drawing: no <svg> element in what vgsvg wrote")
	}
	end += start
	var out bytes.Buffer
	out.Write(svg[:start])
	out.WriteString(`<svg role="img" `)
	out.Write(svg[start+len("<svg ") : end+1])
	if p.Title != "" {
		fmt.Fprintf(&out, "\n<title>%s</title>", html.EscapeString(p.Title))
	}
	if p.Alt != "" {
		fmt.Fprintf(&out, "\n<desc>%s</desc>", html.EscapeString(p.Alt))
	}
	out.Write(svg[end+1:])
	return bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), nil
}

// Save writes the picture in all forms, path.png, path.svg and path.pdf. Errors name the file.
func (p Picture) Save(path string) error {
	for ending, encode := range map[string]func() ([]byte, error){".png": p.PNG, ".svg": p.SVG, ".pdf": p.PDF} {
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
