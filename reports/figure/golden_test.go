package figure

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"protobench/reports/drawing"
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

var update = flag.Bool("update", false, "rewrite the reference pictures")

// TestFigures compares every figure of the samples with its picture in testdata, and shows what the
// comparison would see.
func TestFigures(t *testing.T) {
	t.Parallel()
	got := map[string]*image.RGBA{}
	take := func(prefix string, s *Sweep, names ...string) {
		all := allOf(t, s)
		if names == nil {
			for name, f := range all {
				if f.Draw != nil {
					names = append(names, name)
				}
			}
		}
		for _, name := range names {
			got[prefix+name+".png"] = pictureOf(t, all[name])
		}
	}
	take("", sample())
	take("matrix_", matrixSample(), "accuracy_vs_live_unique", "axes", "live_unique_over_training", "phase_diagram", "one_curve")
	take("tail_", tailSample(), "head_medium_tail")
	for _, name := range drawnFigures() {
		if got[name+".png"] == nil && got["matrix_"+name+".png"] == nil && got["tail_"+name+".png"] == nil {
			t.Errorf("no sample has the figure %s", name)
		}
	}
	t.Run("other colour", func(t *testing.T) { otherColourIsSeen(t, got) })
	t.Run("missing line", func(t *testing.T) { missingLineIsSeen(t, got) })
	t.Run("as before", func(t *testing.T) { asBefore(t, got) })
}

// drawnFigures are the names of all figures.
func drawnFigures() []string {
	return []string{
		"unique_vs_epsilon", "live_unique_over_training", "shadows", "prototype_density", "accuracy_vs_live_unique", "images_per_prototype", "axes", "phase_diagram", "one_curve",
		"raw_vs_centred", "nearest_cosine_histogram", "nearest_cosine_over_training", "gradient_split", "loss_split", "merges", "student_vs_teacher", "head_medium_tail",
	}
}

func pictureOf(t *testing.T, f Figure) *image.RGBA {
	t.Helper()
	if f.Draw == nil {
		t.Fatalf("%s is not drawn: %s", f.Name, f.Missing)
	}
	b, err := f.PNG()
	must(t, err)
	return decoded(t, b)
}

func asBefore(t *testing.T, got map[string]*image.RGBA) {
	folder := filepath.Join("testdata", "figures")
	if *update {
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

// otherColourIsSeen: one colour of the palette for its neighbour, in whatever figure has it, is no
// longer the same figure.
func otherColourIsSeen(t *testing.T, figures map[string]*image.RGBA) {
	colours := drawing.Palette()
	used := map[color.NRGBA]bool{}
	for name, p := range figures {
		want := shrunk(p)
		for i, c := range colours {
			other := recoloured(p, c, colours[(i+1)%len(colours)])
			if other == nil {
				continue
			}
			used[c] = true
			if alike(want, shrunk(other)) == nil {
				t.Errorf("%s: no one sees another colour in place of %v", name, c)
			}
		}
	}
	if len(used) < 5 {
		t.Errorf("the figures have %d colours of the palette: the test shows little", len(used))
	}
}

// missingLineIsSeen: an arm whose epochs are gone has no line over training.
func missingLineIsSeen(t *testing.T, figures map[string]*image.RGBA) {
	const name = "live_unique_over_training"
	s := sample()
	for i := range s.Arms[1].Runs {
		s.Arms[1].Runs[i].read = &track{}
	}
	if alike(shrunk(figures[name+".png"]), shrunk(pictureOf(t, allOf(t, s)[name]))) == nil {
		t.Error("no one sees a missing line")
	}
}

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
		out[filepath.Base(path)] = decoded(t, b)
	}
	return out
}

func decoded(t *testing.T, b []byte) *image.RGBA {
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

// recoloured is the picture with one colour for another, nil where it has too little of it to be
// more than a blend of others.
func recoloured(p *image.RGBA, from, to color.NRGBA) *image.RGBA {
	const least = 400 // pixels
	out := image.NewRGBA(p.Bounds())
	copy(out.Pix, p.Pix)
	n := 0
	for i := 0; i < len(out.Pix); i += 4 {
		if out.Pix[i] == from.R && out.Pix[i+1] == from.G && out.Pix[i+2] == from.B {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2] = to.R, to.G, to.B
			n++
		}
	}
	if n < least {
		return nil
	}
	return out
}
