// Package picturetest compares pictures that tests draw with those that they drew before.
package picturetest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// What two renderings of one figure may differ in. Processors that fuse or order sums otherwise
// move an edge by a small part of a pixel; a line of 1.4 points that is gone, or has another
// colour, is a thousandth of a picture or more.
const (
	figureStep  = 24   // of 255: a pixel counts as different where a channel is off by more
	figureShare = 1e-4 // of the pixels
	figureMean  = 0.02 // of 255, over all channels of all pixels
	shrinkage   = 3    // references hold one pixel for so many by so many, their mean
)

// Compare compares pictures, by file name, with those of a folder, and fails where one is another,
// is new, or is not drawn any more. With update it writes the folder anew.
func Compare(t *testing.T, folder string, got map[string]*image.RGBA, update bool) {
	t.Helper()
	if update {
		must(t, os.RemoveAll(folder))
		must(t, os.MkdirAll(folder, 0o755))
		for name, p := range got {
			savePicture(t, filepath.Join(folder, name), shrunk(p))
		}
	}
	want := pictures(t, folder)
	for name := range want {
		if got[name] == nil {
			t.Errorf("%s is not drawn any more (run with -update when that is meant)", name)
		}
	}
	for name, p := range got {
		if want[name] == nil {
			t.Errorf("%s has no reference in %s: run with -update", name, folder)
		} else if err := alike(want[name], shrunk(p)); err != nil {
			t.Errorf("%s (run with -update when the change is meant): %v", name, err)
		}
	}
}

// alike says in what two pictures differ, nil where they are the same figure.
func alike(want, got *image.RGBA) error {
	if want.Bounds() != got.Bounds() {
		return fmt.Errorf("%v pixels, want %v", got.Bounds().Size(), want.Bounds().Size())
	}
	off, total := 0, 0
	for i := 0; i < len(want.Pix); i += 4 {
		most := 0
		for c := range 3 {
			d := max(want.Pix[i+c], got.Pix[i+c]) - min(want.Pix[i+c], got.Pix[i+c])
			total += int(d)
			most = max(most, int(d))
		}
		if most > figureStep {
			off++
		}
	}
	pixels := float64(len(want.Pix) / 4)
	share, mean := float64(off)/pixels, float64(total)/(3*pixels)
	if share > figureShare || mean > figureMean {
		return fmt.Errorf("%.3g of the pixels differ (at most %g), by %.3g on average (at most %g)", share, figureShare, mean, figureMean)
	}
	return nil
}

// pictures reads all PNG files of a folder, by name.
func pictures(t *testing.T, folder string) map[string]*image.RGBA {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.png"))
	must(t, err)
	if len(paths) == 0 {
		t.Fatalf("%s: no pictures", folder)
	}
	out := map[string]*image.RGBA{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		must(t, err)
		out[filepath.Base(path)] = Decoded(t, b)
	}
	return out
}

// Decoded reads a PNG.
func Decoded(t *testing.T, b []byte) *image.RGBA {
	t.Helper()
	p, err := png.Decode(bytes.NewReader(b))
	must(t, err)
	out := image.NewRGBA(p.Bounds())
	draw.Draw(out, p.Bounds(), p, p.Bounds().Min, draw.Src)
	return out
}

func savePicture(t *testing.T, path string, p image.Image) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	must(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, p))
	must(t, f.Close())
}

// shrunk is the mean of each square of pixels; squares at the right and the lower edge may be cut.
func shrunk(p *image.RGBA) *image.RGBA {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, (w+shrinkage-1)/shrinkage, (h+shrinkage-1)/shrinkage))
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			square := image.Rect(x*shrinkage, y*shrinkage, (x+1)*shrinkage, (y+1)*shrinkage).Intersect(p.Bounds())
			out.SetRGBA(x, y, meanColour(p, square))
		}
	}
	return out
}

func meanColour(p *image.RGBA, square image.Rectangle) color.RGBA {
	var sum [3]int
	for y := square.Min.Y; y < square.Max.Y; y++ {
		row := p.Pix[p.PixOffset(square.Min.X, y):p.PixOffset(square.Max.X, y)]
		for i := 0; i < len(row); i += 4 {
			sum[0], sum[1], sum[2] = sum[0]+int(row[i]), sum[1]+int(row[i+1]), sum[2]+int(row[i+2])
		}
	}
	n := square.Dx() * square.Dy()
	at := func(i int) uint8 { return uint8((sum[i] + n/2) / n) }
	return color.RGBA{at(0), at(1), at(2), 255}
}

// Alike reports whether two pictures, as they are drawn, would be taken for one.
func Alike(a, b *image.RGBA) bool { return alike(shrunk(a), shrunk(b)) == nil }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
