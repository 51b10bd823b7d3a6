package learner

import (
	"slices"
	"strings"
	"testing"
)

// TestImageForEach: k-means needs an image for each prototype, as far as their number is known.
func TestImageForEach(t *testing.T) {
	d, _ := Find("epoch-kmeans")
	for images, refused := range map[int]bool{0: false, 255: true, 256: false, 300: false} {
		c := small(nil) // 256 prototypes
		c.Images = images
		errs := d.Check(c)
		if (len(errs) > 0) != refused {
			t.Errorf("%d images: %v", images, errs)
		}
		if refused && (errs[0].Key != "prototypes.count" || !strings.Contains(errs[0].Error(), "255 training images")) {
			t.Errorf("says %v", errs[0])
		}
	}
}

// TestGradientLearners: joint prototypes follow a gradient, in any phase, and no others do.
func TestGradientLearners(t *testing.T) {
	for _, d := range Declarations() {
		if got := Gradient(d.Name); got != (d.Name == "joint") {
			t.Errorf("%s follows the gradient: %v", d.Name, got)
		}
	}
	for name, want := range map[string]bool{"gmm until 1, joint": true, "joint until 1, gmm": true, "gmm until 1, kmeans": false} {
		if got := Gradient(name); got != want {
			t.Errorf("%s follows the gradient: %v", name, got)
		}
	}
}

// TestJointOnset: freezing sets its end; in a schedule that leaves joint before, prototypes never
// move.
func TestJointOnset(t *testing.T) {
	d, _ := Find("joint")
	for name, want := range map[string]float64{"joint": 2, "joint until 3, gmm": 2, "joint until 2, gmm": 4, "gmm until 1, joint": 2} {
		c := small(map[string]any{"prototypes.freeze_epochs": 2})
		c.Composition.Learner = name
		if o := d.Onsets(c); len(o) != 1 || o[0].Epoch != want || o[0].Key != "prototypes.freeze_epochs" {
			t.Errorf("%s sets in at %v, want epoch %g", name, o, want)
		}
	}
}

// TestDeclared: every learner that can be re-seeded reads the keys of that, others do not; those
// with a table own it.
func TestDeclared(t *testing.T) {
	for _, d := range Declarations() {
		still := slices.Contains([]string{"frozen", "hyperspherical"}, d.Name)
		for _, key := range []string{"prototypes.reseed", "prototypes.reseed_below", "prototypes.reseed_by"} {
			if slices.Contains(d.Reads, key) == still {
				t.Errorf("%s reads %s: %v", d.Name, key, !still)
			}
		}
		p := placed(RandomHeads(1, 1, 3, 4), 4)
		l := d.New(small(map[string]any{"prototypes.count": 3}), Host{}, p)
		if l.Vectors() != p || (l.Params() != nil) != d.Gradient || l.Moves(0) == still {
			t.Errorf("%s: parameters %v, moves %v", d.Name, l.Params(), l.Moves(0))
		}
		if d.Table.Name != "" && d.Table.Name != d.Name {
			t.Errorf("%s has the table %q", d.Name, d.Table.Name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown learner was made")
		}
	}()
	New("none", small(nil), Host{}, placed([]float32{1}, 1))
}
