package datasets

import (
	"slices"
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
		got := longTail(flat(400, 4), Options{Imbalance: 10, Tail: profile})
		if diff := cmp.Diff(want, got.Counts(4)); diff != "" {
			t.Errorf("%s: %s", profile, diff)
		}
	}
}

func TestTailOrderIsDrawnBySeed(t *testing.T) {
	counts := func(seed int) []int {
		got := longTail(flat(800, 8), Options{Imbalance: 10, TailSeed: seed})
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
	if got := longTail(im, Options{Imbalance: 10}); got.Len()-got.labelled() != 50 || got.labelled() >= 50 {
		t.Errorf("%d labelled of %d", got.labelled(), got.Len())
	}
}

func TestLongTailFollowsTheProfile(t *testing.T) {
	got := longTail(flat(300, 3), Options{Imbalance: 100})
	if diff := cmp.Diff([]int{100, 10, 1}, got.Counts(3)); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSorted(got.Rows) {
		t.Error("the order of the images changed")
	}
	if few := longTail(flat(2, 2), Options{Imbalance: 1000}); few.Len() != 2 {
		t.Error("a class lost its last image")
	}
}

// Labels with gaps: 3 and 7 of ten alone are one frequent class and one rare one, a hundred to one.
func TestLongTailCountsPresentClasses(t *testing.T) {
	im := flat(2000, 2)
	for i, c := range im.Labels {
		im.Labels[i] = 3 + 4*c
	}
	for _, profile := range []string{"exponential", "pareto", "step"} {
		got := longTail(im, Options{Imbalance: 100, Tail: profile})
		if diff := cmp.Diff([]int{0, 0, 0, 1000, 0, 0, 0, 10}, got.Counts(8)); diff != "" {
			t.Errorf("%s: %s", profile, diff)
		}
	}
}
