package drawing

import (
	"fmt"
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
