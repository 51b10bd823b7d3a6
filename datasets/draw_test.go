package datasets

import (
	"slices"
	"testing"

	"protobench/datasets/shapes"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSharesByHand(t *testing.T) {
	for _, c := range []struct {
		sizes, want []int
		n           int
	}{
		{[]int{100, 100}, []int{5, 5}, 10},
		{[]int{60, 30, 10}, []int{6, 3, 1}, 10},
		{[]int{50, 30, 20}, []int{3, 2, 1}, 6},     // 3, 1.8, 1.2: the largest remainder gets the rest
		{[]int{10, 10, 10}, []int{2, 1, 1}, 4},     // equal remainders: the first
		{[]int{98, 1, 1}, []int{8, 1, 1}, 10},      // none is left without
		{[]int{90, 3, 3, 4}, []int{5, 1, 1, 1}, 8}, // and what they get is taken from all others
		{[]int{900, 99, 1}, []int{8, 1, 1}, 10},    // 8.1 and 0.9 of the 9 that are left
		{[]int{98, 1, 1}, []int{2, 0, 0}, 2},       // fewer draws than groups
		{[]int{0, 4, 0, 4}, []int{0, 2, 0, 2}, 4},  // gaps
		{[]int{3, 2}, []int{3, 2}, 9},              // more than there is
		{[]int{3, 2}, []int{0, 0}, 0},
		{nil, []int{}, 3},
	} {
		if diff := cmp.Diff(c.want, shares(c.sizes, c.n)); diff != "" {
			t.Errorf("%v, %d: %s", c.sizes, c.n, diff)
		}
	}
}

func TestSharesAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 300), 0, 30).Draw(t, "sizes")
		total, groups := 0, 0
		for _, s := range sizes {
			total += s
			groups += min(s, 1)
		}
		n := rapid.IntRange(0, total+5).Draw(t, "n")
		sum := 0
		for g, k := range shares(sizes, n) {
			sum += k
			if k > sizes[g] || n >= groups && sizes[g] > 0 && k == 0 {
				t.Fatalf("group %d of %d images gets %d", g, sizes[g], k)
			}
		}
		if sum != min(n, total) {
			t.Fatalf("%d draws, want %d", sum, min(n, total))
		}
	})
}

// drawnPixels are the images of a split by their one pixel, sorted.
func drawnPixels(im *Images) []uint8 {
	var out []uint8
	for i := range im.Len() {
		out = append(out, im.Image(i)[0])
	}
	slices.Sort(out)
	return out
}

// sortedByClass has the images of a set in the order of their classes.
func sortedByClass(im *Images) Images {
	order := upTo(im.Len())
	slices.SortStableFunc(order, func(a, b int) int { return im.Labels[a] - im.Labels[b] })
	return im.Pick(order)
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestDrawsDoNotDependOnTheOrderOfClasses(t *testing.T) {
	mixed := flat(120, 4)
	byClass := sortedByClass(mixed)
	held := func(im *Images) Images { _, v := im.holdOut(0.25, 1); return v }
	kept := func(im *Images) Images { train, _ := im.holdOut(0.25, 1); return train }
	for name, draw := range map[string]func(*Images) Images{
		"limit":      func(im *Images) Images { return im.limited(30, 1, drawLimit) },
		"validation": held,
		"training":   kept,
		"per class":  func(im *Images) Images { return im.perClass(7, 1) },
		"tail":       func(im *Images) Images { return longTail(im, Options{Imbalance: 5, DrawSeed: 1}) },
		"sample":     func(im *Images) Images { return im.Pick(im.Draw(30, 1, "sample")) },
	} {
		a, b := draw(mixed), draw(&byClass)
		if diff := cmp.Diff(drawnPixels(&a), drawnPixels(&b)); diff != "" || a.Len() == 120 || a.Len() == 0 {
			t.Errorf("%s: %d images; %s", name, a.Len(), diff)
		}
		if !slices.IsSorted(a.Rows) {
			t.Errorf("%s: the images stand in another order", name)
		}
	}
}

func TestLimitKeepsEveryClass(t *testing.T) {
	byClass := sortedByClass(flat(120, 4))
	got := byClass.limited(10, 0, drawLimit)
	if diff := cmp.Diff([]int{3, 3, 2, 2}, got.Counts(4)); diff != "" {
		t.Error(diff)
	}
	for i, pixel := range drawnPixels(&got) {
		if int(pixel) != i {
			return
		}
	}
	t.Error("the first images are taken, none is drawn")
}

func TestDrawSeedDraws(t *testing.T) {
	im := flat(120, 4)
	a, b, again := im.limited(30, 1, drawLimit), im.limited(30, 2, drawLimit), im.limited(30, 1, drawLimit)
	other := im.limited(30, 1, drawTestLimit)
	if cmp.Equal(a.Rows, b.Rows) || cmp.Equal(a.Rows, other.Rows) || !cmp.Equal(a.Rows, again.Rows) {
		t.Errorf("seeds 1 and 2 and 1 again draw %v, %v and %v; for the test split %v", a.Rows, b.Rows, again.Rows, other.Rows)
	}
	o := options()
	o.Limit = 100
	first := open(t, o)
	o.DrawSeed = 1
	if open(t, o).Fingerprint == first.Fingerprint {
		t.Error("another draw has the same fingerprint")
	}
}

func TestLimitsOfGeneratedSets(t *testing.T) {
	o := options()
	all := open(t, o)
	o.Limit, o.TestLimit = 30, 20
	s := open(t, o)
	if s.Train.Len() != 30 || s.Test.Len() != 20 || len(s.Train.Fine) != 30 {
		t.Fatalf("sizes %d, %d", s.Train.Len(), s.Test.Len())
	}
	for i, from := range s.Train.Rows {
		if !cmp.Equal(s.Train.Image(i), all.Train.Image(from)) || s.Train.Labels[i] != all.Train.Labels[from] || s.Train.Fine[i] != all.Train.Fine[from] {
			t.Fatalf("image %d is another one", i)
		}
	}
	if diff := cmp.Diff(slices.Repeat([]int{1}, 20), s.Test.Counts(20)); diff != "" {
		t.Error(diff)
	}
	if s.Fingerprint == all.Fingerprint {
		t.Error("the limits are not in the fingerprint")
	}
	o.Limit = 1000
	if got := open(t, o).Train.Len(); got != 400 {
		t.Errorf("a limit above the size gives %d images", got)
	}
}

// halfLabelled is 40 images of classes 0 and 1 and 60 without one, mixed.
func halfLabelled() *Images {
	im := flat(100, 5)
	for i, c := range im.Labels {
		if c > 1 {
			im.Labels[i] = -1
		}
	}
	return im
}

func TestLimitTakesLabelledImagesFirst(t *testing.T) {
	for n, want := range map[int][3]int{10: {0, 5, 5}, 40: {0, 20, 20}, 50: {10, 20, 20}, 200: {60, 20, 20}} {
		got := halfLabelled().limited(n, 0, drawLimit)
		if counts := got.Counts(2); got.Len()-got.labelled() != want[0] || counts[0] != want[1] || counts[1] != want[2] {
			t.Errorf("limit %d: %d without a class, %v", n, got.Len()-got.labelled(), counts)
		}
	}
}

func TestHeldOutImagesHaveLabels(t *testing.T) {
	train, held := halfLabelled().holdOut(0.25, 0)
	if diff := cmp.Diff([]int{5, 5}, held.Counts(2)); diff != "" || held.Len() != 10 || train.Len() != 90 || train.labelled() != 30 {
		t.Errorf("%d held out of which %d have labels, %d left; %s", held.Len(), held.labelled(), train.Len(), diff)
	}
	seen := append(drawnPixels(&train), drawnPixels(&held)...)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 100 {
		t.Error("an image is lost, or in both")
	}
}

func TestOnlyImagesStayInTraining(t *testing.T) {
	im := &Images{Height: 1, Width: 1, Channels: 1, Labels: []int{0, 1, 1, 2, 2, 2}, Pixels: []uint8{0, 1, 2, 3, 4, 5}}
	train, held := im.holdOut(0.5, 0)
	if diff := cmp.Diff([]int{0, 1, 2}, held.Counts(3)); diff != "" || train.Counts(3)[0] != 1 {
		t.Errorf("held out: %s", diff)
	}
}

func TestPerClassDraws(t *testing.T) {
	got := halfLabelled().perClass(3, 0)
	if diff := cmp.Diff([]int{3, 3}, got.Counts(2)); diff != "" || got.Len() != 66 {
		t.Errorf("%d images; %s", got.Len(), diff)
	}
	o := options()
	o.PerClass = 3
	if s := open(t, o); s.Train.Len() != 60 || s.Tailed() || s.ProbesApart() {
		t.Errorf("%d images", s.Train.Len())
	}
}

// What is drawn stays where it is: a set that is mapped from a file is not read into memory.
func TestDrawsCopyNoPixels(t *testing.T) {
	o := options()
	o.Limit, o.Validation, o.PerClass, o.Imbalance = 200, 0.2, 6, 4
	s := open(t, o)
	if &s.Train.Pixels[0] != &s.Test.Pixels[0] || &s.Probe.Pixels[0] != &s.Test.Pixels[0] || s.Bytes() != 400*shapes.Side*shapes.Side*3 {
		t.Errorf("%d bytes, want those of the 400 images that were made", s.Bytes())
	}
	if s := open(t, options()); s.Bytes() != 600*shapes.Side*shapes.Side*3 {
		t.Errorf("%d bytes of 600 images", s.Bytes())
	}
}

// Other images here mean that the data of past results are void: raise sweep.Numerics with them.
func TestDrawsArePinned(t *testing.T) {
	got := flat(40, 2).limited(10, 7, drawLimit)
	if diff := cmp.Diff([]int{1, 6, 7, 9, 14, 20, 21, 23, 24, 26}, got.Rows); diff != "" {
		t.Error(diff)
	}
}
