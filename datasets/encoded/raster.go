package encoded

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"protobench/datasets/files"
)

// mostPixels is the most pixels that an image may promise: its decoded form takes four bytes each.
const mostPixels = 1 << 27

// Raster is a decoded image of 1 or 3 channels, [height,width,channels].
type Raster struct {
	Width, Height, Channels int
	Pix                     []uint8
}

// codec is one image format.
type codec struct {
	name   string
	magic  func(b []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// density is the most pixels that a byte of a file can stand for; 0 where a format sets no
	// bound.
	density float64
}

// codecs are the formats that are read, told by content.
func codecs() []codec {
	prefix := func(s string) func([]byte) bool { return func(b []byte) bool { return bytes.HasPrefix(b, []byte(s)) } }
	return []codec{
		{"JPEG", prefix("\xff\xd8"), jpeg.DecodeConfig, jpeg.Decode, 8 * 64}, // a block of 64 pixels takes a bit at least
		{"PNG", prefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode, 8 * files.Inflation},
		{"GIF", prefix("GIF8"), gif.DecodeConfig, gif.Decode, 1 << 12},
		{"BMP", prefix("BM"), bmp.DecodeConfig, bmp.Decode, 8},
		{"WebP", func(b []byte) bool { return len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" }, webp.DecodeConfig, webp.Decode, 0},
	}
}

// imageHeader is what an image says of itself before it is decoded.
type imageHeader struct {
	codec
	width, height int // upright
	gray          bool
	orientation   int // EXIF's, 1 to 8
}

// readHeader reads an image's header, and holds its size against the file's.
func readHeader(b []byte) (h imageHeader, err error) {
	defer func() {
		if p := recover(); p != nil { // of a decoder, on bytes that it did not think of
			err = fmt.Errorf("damaged %s image (%v)", h.name, p)
		}
	}()
	for _, c := range codecs() {
		if c.magic(b) {
			h.codec = c
		}
	}
	if h.decode == nil {
		return h, fmt.Errorf("is %s, expected an image (JPEG, PNG, WebP, GIF or BMP)", files.LooksLike(b))
	}
	config, err := h.config(bytes.NewReader(b))
	if err != nil {
		return h, fmt.Errorf("damaged %s image (%w)", h.name, err)
	}
	h.width, h.height, h.orientation = config.Width, config.Height, orientation(b)
	h.gray = config.ColorModel == color.GrayModel || config.ColorModel == color.Gray16Model
	n := files.Product(h.width, h.height)
	switch {
	case h.width < 1 || h.height < 1:
		return h, fmt.Errorf("%s image of %d×%d pixels, expected one at least", h.name, h.width, h.height)
	case n > mostPixels:
		return h, fmt.Errorf("%s header promises %d×%d pixels, more than the %d that are decoded; scale the image down", h.name, h.width, h.height, mostPixels)
	case h.density > 0 && n > h.density*float64(len(b)):
		return h, fmt.Errorf("%s header promises %d×%d pixels, which %d bytes cannot hold: damaged, or made to fill memory", h.name, h.width, h.height, len(b))
	}
	if h.orientation > 4 {
		h.width, h.height = h.height, h.width
	}
	return h, nil
}

// decodeImage decodes an image upright, to 1 or 3 channels.
func decodeImage(b []byte, channels int) (r *Raster, err error) {
	h, err := readHeader(b)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged %s image (%v)", h.name, p)
		}
	}()
	m, err := h.decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("damaged %s image (%w)", h.name, err)
	}
	r = flatten(m, channels).upright(h.orientation)
	if r.Width != h.width || r.Height != h.height { // a GIF's first frame need not cover its screen
		return nil, fmt.Errorf("%s header says %d×%d pixels, its image has %d×%d; save the image whole", h.name, h.width, h.height, r.Width, r.Height)
	}
	return r, nil
}

// flatten takes an image's colours as they are, whatever covers them: alpha is dropped, not painted
// on a ground, and of 16 bits the upper 8 are kept.
func flatten(m image.Image, channels int) *Raster {
	b := m.Bounds()
	r := &Raster{b.Dx(), b.Dy(), channels, make([]uint8, b.Dx()*b.Dy()*channels)}
	at := pixelsOf(m)
	to := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			red, green, blue := at(x, y)
			if channels == 1 {
				r.Pix[to] = red // a gray image has three equal ones
				to++
				continue
			}
			r.Pix[to], r.Pix[to+1], r.Pix[to+2] = red, green, blue
			to += 3
		}
	}
	return r
}

// pixelsOf returns the reader of an image's pixels.
func pixelsOf(m image.Image) func(x, y int) (r, g, b uint8) {
	switch m := m.(type) {
	case *image.YCbCr:
		return func(x, y int) (r, g, b uint8) {
			at := m.COffset(x, y)
			return color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[at], m.Cr[at])
		}
	case *image.NYCbCrA:
		return pixelsOf(&m.YCbCr)
	case *image.Gray:
		return func(x, y int) (r, g, b uint8) { v := m.GrayAt(x, y).Y; return v, v, v }
	case *image.NRGBA:
		return func(x, y int) (r, g, b uint8) { c := m.NRGBAAt(x, y); return c.R, c.G, c.B }
	case *image.NRGBA64:
		return func(x, y int) (r, g, b uint8) {
			c := m.NRGBA64At(x, y)
			return uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8)
		}
	case *image.Paletted:
		return func(x, y int) (r, g, b uint8) { return plainColour(m.Palette[m.ColorIndexAt(x, y)]) }
	}
	return func(x, y int) (r, g, b uint8) { return plainColour(m.At(x, y)) }
}

// plainColour is a colour without its alpha.
func plainColour(c color.Color) (r, g, b uint8) {
	if n, ok := c.(color.NRGBA); ok {
		return n.R, n.G, n.B
	}
	red, green, blue, alpha := c.RGBA()
	if alpha > 0 && alpha < 0xffff { // the colour is multiplied by it
		red, green, blue = red*0xffff/alpha, green*0xffff/alpha, blue*0xffff/alpha
	}
	return uint8(red >> 8), uint8(green >> 8), uint8(blue >> 8)
}

// upright undoes an EXIF orientation.
func (r *Raster) upright(orientation int) *Raster {
	if orientation < 2 || orientation > 8 {
		return r
	}
	out := &Raster{r.Width, r.Height, r.Channels, make([]uint8, len(r.Pix))}
	if orientation > 4 {
		out.Width, out.Height = r.Height, r.Width
	}
	for y := range out.Height {
		for x := range out.Width {
			fromX, fromY := x, y
			if orientation > 4 { // rows are columns
				fromX, fromY = y, x
			}
			if o := orientation; o == 2 || o == 3 || o == 7 || o == 8 {
				fromX = r.Width - 1 - fromX
			}
			if o := orientation; o == 3 || o == 4 || o == 6 || o == 7 {
				fromY = r.Height - 1 - fromY
			}
			copy(out.Pix[(y*out.Width+x)*r.Channels:][:r.Channels], r.Pix[(fromY*r.Width+fromX)*r.Channels:])
		}
	}
	return out
}
