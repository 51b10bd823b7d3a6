package datasets

import (
	"crypto/sha256"
	"math"
	"strings"
	"testing"

	"protobench/internal/stream"
)

func TestShapesIsBalancedAndShuffled(t *testing.T) {
	s := open(t, options())
	if s.Classes != 20 || s.FineClasses != 100 || !s.Flip || s.Train.Channels != 3 || s.Train.Height != 32 || s.Train.Width != 32 {
		t.Fatalf("%d classes, %d fine, flip %v", s.Classes, s.FineClasses, s.Flip)
	}
	for _, im := range []*Images{&s.Train, &s.Test} {
		count, sorted := make([]int, s.FineClasses), true
		for i, f := range im.Fine {
			count[f]++
			if im.Labels[i] != f/5 {
				t.Fatalf("image %d: class %d, fine %d", i, im.Labels[i], f)
			}
			sorted = sorted && f == i%s.FineClasses
		}
		for f, n := range count {
			if n != im.Len()/100 {
				t.Errorf("fine mode %d has %d images", f, n)
			}
		}
		if sorted {
			t.Error("images are in the order of their labels")
		}
	}
}

func TestShapesHasNoImageTwice(t *testing.T) {
	s := open(t, options())
	seen := map[[32]byte]bool{}
	for _, im := range []*Images{&s.Train, &s.Test} {
		for i := range im.Len() {
			seen[sha256.Sum256(im.Image(i))] = true
		}
	}
	if len(seen) != 600 {
		t.Errorf("%d different images of 600", len(seen))
	}
}

func TestShapesDependsOnItsSeedAlone(t *testing.T) {
	o := options()
	first := open(t, o)
	if again := open(t, o); again.Fingerprint != first.Fingerprint {
		t.Error("the same seed gives other images")
	}
	o.Seed = 1
	if other := open(t, o); other.Fingerprint == first.Fingerprint {
		t.Error("another seed gives the same images")
	}
}

// TestShapesFlipsIntoItsOwnClass: both hands of a glyph without a vertical axis of symmetry are
// drawn, and every other glyph is its own mirror image.
func TestShapesFlipsIntoItsOwnClass(t *testing.T) {
	mirrors := map[float64]bool{}
	for i := range uint64(50) {
		mirrors[place(stream.New(0, "test", i), 0)[0].mirror] = true
	}
	if !mirrors[1] || !mirrors[-1] {
		t.Error("only one hand is drawn")
	}
	for _, g := range glyphs() {
		if lopsided := differs(g.distance, func(x, y float64) float64 { return g.distance(-x, y) }); lopsided != (g.name == "comb") {
			t.Errorf("%s: lopsided is %v", g.name, lopsided)
		}
	}
}

// TestGlyphsDiffer: no two classes have nearly the same silhouette or mirror image, and each
// fills a good part of its disc without leaving it.
func TestGlyphsDiffer(t *testing.T) {
	all := glyphs()
	for i, g := range all {
		inside := 0
		over(func(x, y float64) {
			if g.distance(x, y) > 0 {
				return
			}
			inside++
			if math.Hypot(x, y) > 1.21 {
				t.Errorf("%s reaches (%.2f,%.2f)", g.name, x, y)
			}
		})
		if share := float64(inside) * 0.0025 / math.Pi; share < 0.15 || share > 0.85 {
			t.Errorf("%s fills %.2f of its disc", g.name, share)
		}
		for _, h := range all[:i] {
			for _, mirror := range []float64{1, -1} {
				if !differs(g.distance, func(x, y float64) float64 { return h.distance(mirror*x, y) }) {
					t.Errorf("%s looks like %s", g.name, h.name)
				}
			}
		}
	}
}

// over visits the square [-1.3,1.3]² in steps of 0.05, off the axes.
func over(visit func(x, y float64)) {
	for i := range 52 {
		for j := range 52 {
			visit(-1.275+0.05*float64(i), -1.275+0.05*float64(j))
		}
	}
}

// differs says whether two silhouettes disagree on more than a twentieth of the unit disc.
func differs(a, b func(x, y float64) float64) bool {
	n := 0
	over(func(x, y float64) {
		if (a(x, y) > 0) != (b(x, y) > 0) {
			n++
		}
	})
	return float64(n)*0.0025 > math.Pi/20
}

// TestNuisancesIgnoreTheClass: the same stream draws the same nuisances for every glyph and, but
// for the copies, for every arrangement.
func TestNuisancesIgnoreTheClass(t *testing.T) {
	all := silhouettes(20)
	a := draw(stream.New(3, "test"), all[0], 2)
	b := draw(stream.New(3, "test"), all[7], 2)
	if a.fore != b.fore || a.back != b.back || a.light != b.light || a.noise != b.noise || a.texture != b.texture || a.copies[1] != b.copies[1] {
		t.Error("nuisances depend on the class")
	}
}

func TestShapesAreVisible(t *testing.T) {
	for i := range uint64(300) {
		level, step := contrast(stream.New(0, "test", i))
		if low, high := min(level, level+step), max(level, level+step); low < 0.149 || high > 0.851 || high-low < 0.319 {
			t.Fatalf("background %.2f, glyph %.2f", level, level+step)
		}
	}
}

// TestGrainHasUnitVariance holds the pixel noise to its stated deviation.
func TestGrainHasUnitVariance(t *testing.T) {
	r, sum, square, n := stream.New(0, "test"), 0.0, 0.0, 0.0
	unit := (&scene{noise: 1}).grains()
	for range 15000 {
		g := unit[irwinHall(r.Uint64())]
		sum, square, n = sum+g, square+g*g, n+1
	}
	if mean, variance := sum/n, square/n; math.Abs(mean) > 0.03 || math.Abs(variance-1) > 0.05 {
		t.Errorf("mean %.3f, variance %.3f", mean, variance)
	}
}

func TestCoverageIsAnEdgeOfOnePixel(t *testing.T) {
	for d, want := range map[float64]float64{-2: 1, -0.5: 1, 0: 0.5, 0.25: 0.25, 0.5: 0, 9: 0} {
		if got := smooth(d); got != want {
			t.Errorf("distance %g covers %g, want %g", d, got, want)
		}
	}
}

func BenchmarkShapes(b *testing.B) {
	for b.Loop() {
		generate(0, "shapes-train", 100, silhouettes(20), 5, drawn)
	}
}

// TestShapesPixelsArePinned: the generator is part of the numbers that a run reports. If this fails
// on purpose, the revision of the numerics has to be raised.
func TestShapesPixelsArePinned(t *testing.T) {
	o := options()
	o.Train, o.Test = 100, 100
	if got, want := open(t, o).Fingerprint, "78acea2de54b2a5ad560f7c94940c4667ae3cfc291e051ca890835f78edce47a"; got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
}

// TestLongerSplitsHoldTheShorter: image i is the same whatever the number of images.
func TestLongerSplitsHoldTheShorter(t *testing.T) {
	long := map[[32]byte]bool{}
	im := generate(0, "shapes-train", 150, silhouettes(20), 5, drawn)
	for i := range im.Len() {
		long[sha256.Sum256(im.Image(i))] = true
	}
	im = generate(0, "shapes-train", 50, silhouettes(20), 5, drawn)
	for i := range im.Len() {
		if !long[sha256.Sum256(im.Image(i))] {
			t.Fatalf("image %d is not in the longer split", i)
		}
	}
}

// TestShapesOfAnyNumber: fewer classes and modes are the first of the more, and pairs come behind
// the single silhouettes, each pair once.
func TestShapesOfAnyNumber(t *testing.T) {
	for _, c := range [][3]int{{5, 1, 5}, {20, 10, 200}, {80, 9, 720}} {
		o := options()
		o.Silhouettes, o.Arrangements, o.Train, o.Test = c[0], c[1], c[2], c[2]
		s := open(t, o)
		if s.Classes != c[0] || s.FineClasses != c[2] {
			t.Errorf("%v: %d classes, %d fine", c, s.Classes, s.FineClasses)
		}
		seen := map[int]bool{}
		for i, f := range s.Train.Fine {
			if s.Train.Labels[i] != f/c[1] || seen[f] {
				t.Fatalf("%v: image %d has class %d, fine mode %d", c, i, s.Train.Labels[i], f)
			}
			seen[f] = true
		}
	}
	names := map[[2]string]bool{}
	for i, s := range silhouettes(80) {
		a, b := min(s[0].name, s[1].name), max(s[0].name, s[1].name)
		if names[[2]string{a, b}] || s.pair() != (i >= 20) {
			t.Errorf("class %d: %s and %s", i, a, b)
		}
		names[[2]string{a, b}] = true
	}
}

// TestPairsNeedTwoCopies: what a pair cannot show is refused, with the remedy.
func TestPairsNeedTwoCopies(t *testing.T) {
	o := options()
	o.Silhouettes, o.Arrangements = 21, 10
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), "data.arrangements: 10 arrangements of 21 silhouettes") || !strings.Contains(err.Error(), "lower it to 9") {
		t.Error(err)
	}
}

// TestArrangementsFit: every copy of every arrangement lies in the frame, and copies of one do not
// cover each other's middle.
func TestArrangementsFit(t *testing.T) {
	for mode := range layouts {
		centres, radius := layout(mode)
		for i, c := range centres {
			if math.Abs(c[0])+radius > 1 || math.Abs(c[1])+radius > 1 {
				t.Errorf("arrangement %d: copy %d leaves the frame", mode, i)
			}
			for _, d := range centres[:i] {
				if math.Hypot(c[0]-d[0], c[1]-d[1]) < 1.8*radius {
					t.Errorf("arrangement %d: copies lie on each other", mode)
				}
			}
		}
	}
}
