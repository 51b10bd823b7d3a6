package drawing_test

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"protobench/reports/drawing"
)

// What few colours a picture has stay exactly.
func TestPalettedKeepsFewColours(t *testing.T) {
	p := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		p.SetRGBA(i%16, i/16, color.RGBA{uint8(i), 7, 9, 255})
	}
	got := drawing.Paletted(p)[0]
	for y := range 16 {
		for x := range 16 {
			if a, b := color.RGBAModel.Convert(got.At(x, y)), p.RGBAAt(x, y); a != b {
				t.Fatalf("pixel %d, %d is %v, want %v", x, y, a, b)
			}
		}
	}
}

// Of many colours the frequent ones stay, none moves far, and pictures share one palette.
func TestPalettedMovesRareShadesALittle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	line := color.RGBA{0xd5, 0x5e, 0x00, 255}
	a, b := image.NewRGBA(image.Rect(0, 0, 100, 100)), image.NewRGBA(image.Rect(0, 0, 100, 100))
	for i := range 10_000 {
		a.SetRGBA(i%100, i/100, color.RGBA{255, 255, 255, 255})
		b.SetRGBA(i%100, i/100, line)
		if i%2 == 0 { // shades between the paper's and the line's colour, and a little beside them
			k := random.IntN(256)
			a.SetRGBA(i%100, i/100, color.RGBA{uint8(213 + 42*k/255), uint8(94 + 161*k/255), uint8(k), 255})
		}
	}
	got := drawing.Paletted(a, b)
	if n := len(got[0].Palette); n > 256 {
		t.Errorf("%d colours, at most 256", n)
	}
	if len(got[0].Palette) != len(got[1].Palette) || got[0].Palette[0] != got[1].Palette[0] {
		t.Error("the pictures have other palettes")
	}
	if c := color.RGBAModel.Convert(got[1].At(5, 5)); c != line {
		t.Errorf("the line is %v, want %v", c, line)
	}
	for i := range 10_000 {
		x, y := color.RGBAModel.Convert(got[0].At(i%100, i/100)).(color.RGBA), a.RGBAAt(i%100, i/100)
		for _, d := range []int{int(x.R) - int(y.R), int(x.G) - int(y.G), int(x.B) - int(y.B)} {
			if d > 20 || d < -20 {
				t.Fatalf("%v became %v", y, x)
			}
		}
	}
}
