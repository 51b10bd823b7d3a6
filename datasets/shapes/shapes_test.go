package shapes

import (
	"math"
	"testing"

	"protobench/internal/stream"
)

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
	all := Silhouettes(20)
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

// TestArrangementsFit: every copy of every arrangement lies in the frame, and copies of one do not
// cover each other's middle.
func TestArrangementsFit(t *testing.T) {
	for mode := range Arrangements {
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

// TestPairsComeBehindTheSingleOnes, each pair once.
func TestPairsComeBehindTheSingleOnes(t *testing.T) {
	names := map[[2]string]bool{}
	for i, s := range Silhouettes(80) {
		a, b := min(s[0].name, s[1].name), max(s[0].name, s[1].name)
		if names[[2]string{a, b}] || s.Pair() != (i >= 20) {
			t.Errorf("class %d: %s and %s", i, a, b)
		}
		names[[2]string{a, b}] = true
	}
}
