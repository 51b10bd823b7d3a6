package picturetest

import (
	"image"
	"image/draw"
	"testing"
)

// TestAlike: the tolerance holds on both of its sides.
func TestAlike(t *testing.T) {
	t.Parallel()
	want := image.NewRGBA(image.Rect(0, 0, 200, 100))
	draw.Draw(want, want.Bounds(), image.White, image.Point{}, draw.Src)
	changed := func(pixels int, by uint8) *image.RGBA {
		out := image.NewRGBA(want.Bounds())
		copy(out.Pix, want.Pix)
		for i := range pixels {
			out.Pix[4*i] -= by
		}
		return out
	}
	for _, c := range []struct {
		name string
		got  *image.RGBA
		ok   bool
	}{
		{"equal", changed(0, 0), true},
		{"rounding", changed(200, figureStep/8), true},
		{"an edge or two", changed(2, 255), true},
		{"more of them", changed(3, 255), false},
		{"many a little", changed(200*100, figureStep/8), false},
		{"wider", image.NewRGBA(image.Rect(0, 0, 201, 100)), false},
		{"lower", image.NewRGBA(image.Rect(0, 0, 200, 99)), false},
	} {
		if err := alike(want, c.got); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
