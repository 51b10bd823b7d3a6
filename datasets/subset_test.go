package datasets

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flat is n images of one pixel, whose classes are i mod classes.
func flat(n, classes int) *Images {
	im := &Images{Height: 1, Width: 1, Channels: 1}
	for i := range n {
		im.Labels, im.Pixels = append(im.Labels, i%classes), append(im.Pixels, uint8(i))
	}
	return im
}

func TestTailProfiles(t *testing.T) {
	for profile, want := range map[string][]int{
		"exponential": {100, 46, 22, 10}, "pareto": {100, 32, 16, 10}, "step": {100, 100, 10, 10}, "": {100, 46, 22, 10},
	} {
		got, err := longTail(flat(400, 4), 4, Options{Imbalance: 10, Tail: profile})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Counts(4)); diff != "" {
			t.Errorf("%s: %s", profile, diff)
		}
	}
}

func TestTailOrderIsDrawnBySeed(t *testing.T) {
	counts := func(seed int) []int {
		got, err := longTail(flat(800, 8), 8, Options{Imbalance: 10, TailSeed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return got.Counts(8)
	}
	a, b, again := counts(1), counts(2), counts(1)
	if cmp.Equal(a, b) || !cmp.Equal(a, again) || cmp.Equal(a, counts(0)) {
		t.Errorf("%v, %v, %v", a, b, again)
	}
	slices.Sort(a)
	inOrder := counts(0)
	slices.Sort(inOrder)
	if diff := cmp.Diff(inOrder, a); diff != "" {
		t.Error(diff)
	}
}

func TestTailLeavesUnlabelledImages(t *testing.T) {
	im := flat(100, 4)
	for i := 50; i < 100; i++ {
		im.Labels[i] = -1
	}
	got, err := longTail(im, 4, Options{Imbalance: 10})
	if err != nil || got.Len()-got.labelled() != 50 || got.labelled() >= 50 {
		t.Errorf("%d labelled of %d, %v", got.labelled(), got.Len(), err)
	}
}

func TestPerClassKeepsTheFirst(t *testing.T) {
	got, err := perClass(flat(100, 4), 4, 2)
	if diff := cmp.Diff([]uint8{0, 1, 2, 3, 4, 5, 6, 7}, got.Pixels); err != nil || diff != "" {
		t.Error(err, diff)
	}
	o := options()
	o.PerClass = 3
	if s := open(t, o); s.Train.Len() != 60 || s.Tailed() || s.ProbesApart() {
		t.Errorf("%d images", s.Train.Len())
	}
}

func TestClassesThatAreMissingAreSaid(t *testing.T) {
	for name, c := range map[string]struct {
		train, test []int
		limit       int
		want        string
	}{
		"none":       {[]int{0, 1, 2}, []int{0, 1, 2}, 0, ""},
		"training":   {[]int{0, 2}, []int{0, 1, 2}, 0, "no training image is of class 1 (bee)"},
		"test":       {[]int{0, 1, 2}, []int{0, 1}, 0, "no test image is of class 2"},
		"one class":  {[]int{1, 1}, []int{1, 0}, 0, "training images are all of class 1 (bee): accuracies mean nothing"},
		"disjoint":   {[]int{0, 1}, []int{2, 2}, 0, "no class has both training and test images"},
		"limit":      {[]int{0, 0, 1, 1, 2, 2}, []int{0, 1, 2}, 4, "no training image is of class 2; the images are in the order of their classes"},
		"only first": {[]int{0, 0, 1, 1, 2, 2}, []int{0, 1, 2}, 2, "use data.per_class"},
	} {
		images := func(labels []int) Images { return Images{Labels: labels} }
		s := &Set{Train: images(c.train), Test: images(c.test), Classes: 3, Found: "files", Names: []string{"ant", "bee"}}
		if c.limit > 0 {
			s.Train = images(c.train[:c.limit])
		}
		s.Probe = s.Train
		s.warn(Options{Limit: c.limit})
		if got := strings.Join(s.Warnings, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestFilesInClassOrderWarnOfALimit(t *testing.T) {
	s := open(t, Options{Name: "idx", Path: writeSet(t, nil), Limit: 3, Imbalance: 1}) // classes 0 to 5, one image each
	if len(s.Warnings) != 2 || !strings.HasPrefix(s.Warnings[0], "no training image is of classes 3, 4, 5; the images are in the order of their classes") {
		t.Errorf("%q", s.Warnings)
	}
}
