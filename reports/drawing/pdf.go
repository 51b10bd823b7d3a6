package drawing

import (
	"image"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// PDF draws the picture as vectors on a page of its size, equal bytes for equal pictures. Texts are
// drawn as outlines: a file needs no typeface, stays small, and has signs that the PDF's Latin
// encodings lack. Draw must not be nil.
func (p Picture) PDF() ([]byte, error) {
	evenPDF()
	c := vgpdf.New(p.Width, p.Height)
	p.Draw(draw.New(textPaths{c}))
	return encoded(c)
}

// evenPDF dates all files alike: the writer's default date is the present.
var evenPDF = sync.OnceFunc(func() {
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
})

// textPaths draws texts as the outlines of their glyphs, and images as rectangles.
type textPaths struct{ *vgpdf.Canvas }

// FillString implements vg.Canvas.
func (c textPaths) FillString(face font.Face, at vg.Point, text string) {
	var b sfnt.Buffer
	em := fixed.I(int(face.Face.UnitsPerEm()))
	scale := float64(face.Font.Size) / float64(face.Face.UnitsPerEm())
	x := float64(at.X)
	var last sfnt.GlyphIndex
	for i, r := range []rune(text) {
		g, err := face.Face.GlyphIndex(&b, r)
		if err != nil {
			continue // a typeface that cannot be read draws nothing
		}
		if i > 0 {
			if kern, err := face.Face.Kern(&b, last, g, em, 0); err == nil {
				x += float64(units(kern) * scale)
			}
		}
		c.fillGlyph(face.Face, &b, g, em, scale, x, float64(at.Y))
		if advance, err := face.Face.GlyphAdvance(&b, g, em, 0); err == nil {
			x += float64(units(advance) * scale)
		}
		last = g
	}
}

func units(v fixed.Int26_6) float64 { return float64(v) / 64 }

// fillGlyph fills one glyph whose origin is at x, y.
func (c textPaths) fillGlyph(f *sfnt.Font, b *sfnt.Buffer, g sfnt.GlyphIndex, em fixed.Int26_6, scale, x, y float64) {
	segments, err := f.LoadGlyph(b, g, em, nil)
	if err != nil {
		return
	}
	at := func(p fixed.Point26_6) vg.Point { // a typeface's y runs down
		return vg.Point{X: vg.Length(x + float64(units(p.X)*scale)), Y: vg.Length(y - float64(units(p.Y)*scale))}
	}
	var path vg.Path
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(path) > 0 {
				path.Close()
			}
			path.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(path) > 0 {
		path.Close()
		c.Fill(path)
	}
}

// DrawImage implements vg.Canvas: rows of pixels of one colour are rectangles, white ones are left
// away. The writer puts images of its own in no fixed order.
func (c textPaths) DrawImage(at vg.Rectangle, m image.Image) {
	const overlap = 0.1 // points, so that no light falls through
	b := m.Bounds()
	w, h := at.Size().X/vg.Length(b.Dx()), at.Size().Y/vg.Length(b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		top := at.Max.Y - vg.Length(vg.Length(y-b.Min.Y)*h)
		for x := b.Min.X; x < b.Max.X; {
			from, of := x, m.At(x, y)
			for x < b.Max.X && m.At(x, y) == of {
				x++
			}
			if r, g, b, a := of.RGBA(); a == 0 || min(r, g, b) == 0xffff {
				continue
			}
			left, right := at.Min.X+vg.Length(vg.Length(from-b.Min.X)*w), at.Min.X+vg.Length(vg.Length(x-b.Min.X)*w)+overlap
			var p vg.Path
			p.Move(vg.Point{X: left, Y: top})
			p.Line(vg.Point{X: right, Y: top})
			p.Line(vg.Point{X: right, Y: top - h - overlap})
			p.Line(vg.Point{X: left, Y: top - h - overlap})
			p.Close()
			c.SetColor(of)
			c.Fill(p)
		}
	}
}
