package datasets

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
	"protobench/internal/stream"
)

// noisy is n images of 16×16 gray noise, all different.
func noisy(n int, purpose string) Images {
	im := Images{Height: 16, Width: 16, Channels: 1, Pixels: make([]uint8, n*256), Labels: make([]int, n)}
	r := stream.New(1, purpose)
	for i := range im.Pixels {
		im.Pixels[i] = uint8(r.IntN(256))
	}
	for i := range im.Labels {
		im.Labels[i] = i % 2
	}
	return im
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	train, test := noisy(12, "train"), noisy(6, "test")
	copy(train.Image(5), train.Image(2)) // repeated, with another label
	copy(train.Image(8), train.Image(2))
	copy(train.Image(9), train.Image(3))
	train.Image(9)[17]++ // nearly
	clear(train.Image(7))
	copy(test.Image(4), train.Image(0))
	copy(test.Image(1), train.Image(11))
	test.Image(1)[0] ^= 1
	train.Labels[10], train.Labels[11] = 2, -1
	v := Verify(&Set{Name: "x", Train: train, Test: test, Classes: 3})
	want := Verdict{
		Name: "x", Height: 16, Width: 16, Channels: 1, Classes: 3, Mean: []float32{0}, Std: []float32{0},
		Train: SplitVerdict{Images: 12, Unlabelled: 1, Counts: []int{5, 5, 1}, Few: []int{2}, Constant: []int{7},
			Duplicates: Duplicates{Exact: 2, Near: 1, Labels: 1, Examples: [][2]int{{5, 2}, {8, 2}}}},
		Test:   SplitVerdict{Images: 6, Counts: []int{3, 3, 0}, Few: []int{2}, Constant: []int{}},
		Shared: Duplicates{Exact: 1, Near: 1, Examples: [][2]int{{4, 0}}},
	}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Error(diff)
	}
}

func TestNeighboursAreThoseOfFewBits(t *testing.T) {
	im := noisy(2, "neighbours")
	n := newNeighbours(&im)
	const hash = 0x0123456789abcdef
	n.add(imagePrint{difference: hash}, 0)
	for a := range 64 {
		for b := range 64 {
			if !n.has(imagePrint{difference: hash ^ 1<<a ^ 1<<b}, im.Image(0)) {
				t.Fatalf("bits %d and %d", a, b)
			}
		}
	}
	if n.has(imagePrint{difference: hash ^ 7<<20}, im.Image(0)) || n.has(imagePrint{difference: hash, constant: true}, im.Image(0)) {
		t.Error("three bits, or a constant image, count as near")
	}
	if n.has(imagePrint{difference: hash}, im.Image(1)) {
		t.Error("other pixels of the same hash count as near")
	}
}

func TestVerifyRealSets(t *testing.T) {
	fixture.OwnCache(t)
	for _, name := range []string{"cifar100", "caltech101-lt", "tiny-imagenet-20"} {
		v := Verify(open(t, Options{Name: "auto", Path: realData(t, name), Imbalance: 1}))
		if v.Train.Images == 0 || v.Train.Duplicates.Exact > v.Train.Images/20 {
			t.Errorf("%s: %+v", name, v.Train.Duplicates)
		}
	}
}
