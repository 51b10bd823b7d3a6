package datasets

import (
	"crypto/sha256"
	"strings"
	"testing"

	"protobench/datasets/shapes"
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

func BenchmarkShapes(b *testing.B) {
	for b.Loop() {
		generate(0, "shapes-train", 100, shapes.Silhouettes(20), 5, drawn)
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
	im := generate(0, "shapes-train", 150, shapes.Silhouettes(20), 5, drawn)
	for i := range im.Len() {
		long[sha256.Sum256(im.Image(i))] = true
	}
	im = generate(0, "shapes-train", 50, shapes.Silhouettes(20), 5, drawn)
	for i := range im.Len() {
		if !long[sha256.Sum256(im.Image(i))] {
			t.Fatalf("image %d is not in the longer split", i)
		}
	}
}

// TestShapesOfAnyNumber: fewer classes and modes are the first of the more.
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
}

// TestPairsNeedTwoCopies: what a pair cannot show is refused, with the remedy.
func TestPairsNeedTwoCopies(t *testing.T) {
	o := options()
	o.Silhouettes, o.Arrangements = 21, 10
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), "data.arrangements: 10 arrangements of 21 silhouettes") || !strings.Contains(err.Error(), "lower it to 9") {
		t.Error(err)
	}
}
