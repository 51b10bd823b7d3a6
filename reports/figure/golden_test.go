package figure

import (
	"flag"
	"image"
	"image/color"
	"path/filepath"
	"testing"

	"protobench/reports/drawing"
	"protobench/reports/drawing/picturetest"
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
	picturetest.Compare(t, filepath.Join("testdata", "figures"), got, *update)
}

// drawnFigures are the names of all figures.
func drawnFigures() []string {
	return []string{
		"unique_vs_epsilon", "live_unique_over_training", "shadows", "prototype_density", "accuracy_vs_live_unique", "accuracies", "images_per_prototype", "axes", "phase_diagram", "one_curve",
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
	return picturetest.Decoded(t, b)
}

// otherColourIsSeen: one colour of the palette for its neighbour, in whatever figure has it, is no
// longer the same figure.
func otherColourIsSeen(t *testing.T, figures map[string]*image.RGBA) {
	colours := drawing.Palette()
	used := map[color.NRGBA]bool{}
	for name, p := range figures {
		for i, c := range colours {
			other := recoloured(p, c, colours[(i+1)%len(colours)])
			if other == nil {
				continue
			}
			used[c] = true
			if picturetest.Alike(p, other) {
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
	if picturetest.Alike(figures[name+".png"], pictureOf(t, allOf(t, s)[name])) {
		t.Error("no one sees a missing line")
	}
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
