package drawing

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

// No two of eight kinds at five places look alike, by their line or by their mark; a ninth kind has
// the first one's colour and another glyph.
func TestStylesDiffer(t *testing.T) {
	seen := map[string]string{}
	for kind := range 16 {
		for place := range 5 {
			st, name := StyleOf(kind, place), fmt.Sprintf("kind %d at place %d", kind, place)
			look := fmt.Sprint(st.Color, st.Glyph, st.Dashes)
			if other := seen[look]; other != "" {
				t.Errorf("%s looks like %s", name, other)
			}
			seen[look] = name
		}
	}
	first, ninth := StyleOf(0, 0), StyleOf(8, 0)
	if first.Color != ninth.Color || fmt.Sprint(first.Glyph) == fmt.Sprint(ninth.Glyph) {
		t.Error("the ninth kind has a colour of its own or the first one's glyph")
	}
}

// The thin line is broken at every place, in the style's colour and thinner than its own line.
func TestThinLine(t *testing.T) {
	for place := range 5 {
		st := StyleOf(2, place)
		thin := st.ThinLine()
		if thin.Color != st.Color || len(thin.Dashes) == 0 || thin.Width >= st.Line().Width {
			t.Errorf("place %d: %+v", place, thin)
		}
	}
}

// Neighbours of the palette and of ordered values differ in lightness or in dashes, so that grey
// prints tell them apart; ordered values darken step by step.
func TestStylesDifferInGrey(t *testing.T) {
	for a := range Palette() {
		for b := range a {
			x, y := StyleOf(a, 0), StyleOf(b, 0)
			if math.Abs(lightness(x.Color)-lightness(y.Color)) < 12 && fmt.Sprint(x.Dashes) == fmt.Sprint(y.Dashes) {
				t.Errorf("kinds %d and %d look alike in grey", a, b)
			}
		}
	}
	for i := 1; i < 6; i++ {
		if lightness(Ordered(i, 6)) > lightness(Ordered(i-1, 6))-10 {
			t.Errorf("value %d is not darker than the one before", i)
		}
		if lightness(Scale(float64(i)/5)) < lightness(Scale(float64(i-1)/5))+10 {
			t.Errorf("share %d/5 is not lighter than the one before", i)
		}
	}
}

func lightness(c color.NRGBA) float64 {
	return 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
}
