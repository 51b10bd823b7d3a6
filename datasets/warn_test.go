package datasets

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the images can say of accuracies is said with the numbers, for every kind of set.
func TestImagesThatCannotAnswerAreSaid(t *testing.T) {
	for name, c := range map[string]struct {
		train, test []int
		want        []string
	}{
		"all is well": {[]int{0, 1, 2, 0, 1, 2}, []int{0, 1, 2}, nil},
		"all labels equal": {[]int{1, 1, 1}, []int{1, 1}, []string{
			"all 3 training images are of class 1 (bee), and so are 2 of 2 test images: every accuracy is 100.0 %, whatever the features",
		}},
		"one class in training": {[]int{1, 1, 1}, []int{1, 0, 1}, []string{
			"all 3 training images are of class 1 (bee), and so are 2 of 3 test images: every accuracy is 66.7 %, whatever the features",
		}},
		"disjoint": {[]int{0, 1, 0, 1}, []int{2, 2, 2}, []string{
			"no class has both training and test images: 4 training images are of classes 0 (ant), 1 (bee), 3 test images of class 2; every accuracy is 0 %, whatever the features",
		}},
		"a test class that training lacks": {[]int{0, 0, 2, 2}, []int{0, 1, 2, 2}, []string{
			"no training image is of class 1 (bee), which 1 of 4 test images are of: no accuracy can exceed 75.0 %",
		}},
		"a training class that testing lacks": {[]int{0, 0, 1, 1, 2, 2}, []int{0, 1}, []string{
			"no test image is of class 2, which 2 of 6 training images are of: accuracies say nothing of them",
		}},
		"one class in both": {[]int{0, 0, 1, 1}, []int{1, 2, 2, 2}, []string{
			"no training image is of class 2, which 3 of 4 test images are of: no accuracy can exceed 25.0 %",
			"no test image is of class 0 (ant), which 2 of 4 training images are of: accuracies say nothing of them",
			"all test images that training can know are of class 1 (bee): accuracies tell its images from others alone",
		}},
		"no labels": {[]int{-1, -1}, []int{0, 1, 2}, []string{"0 training and 3 test images have a class: there is no accuracy without both"}},
		"gaps": {[]int{0, 0, 2, 2}, []int{0, 2}, []string{
			"no image at all is of class 1 (bee): the labels have gaps, which count as no classes in means and tails",
		}},
		"single images": {[]int{0, 0, 1, 2}, []int{0, 1, 2}, []string{"2 classes of 3 left with one training image: 1 (bee), 2"}},
	} {
		s := &Set{Train: Images{Labels: c.train}, Test: Images{Labels: c.test}, Classes: 3, Names: []string{"ant", "bee"}}
		s.Probe = s.Train.withLabels()
		s.warn()
		got := s.Warnings
		if name != "gaps" && len(got) > 1 && len(c.want) == 1 { // classes that both splits lack are a case of their own
			got = got[:1]
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTailsThatLeaveOneImageAreSaid(t *testing.T) {
	o := options() // 20 images a class
	o.Imbalance = 20
	s := open(t, o)
	if want := "3 classes of 20 left with one training image: 17"; len(s.Warnings) != 1 || len(s.Warnings[0]) < len(want) || s.Warnings[0][:len(want)] != want {
		t.Errorf("%q", s.Warnings)
	}
	if w := open(t, options()).Warnings; w != nil {
		t.Errorf("%q", w)
	}
}

// A limit that leaves fewer images than classes is said of generated sets as of files.
func TestLimitsBelowTheClassesAreSaid(t *testing.T) {
	o := options()
	o.Limit = 18
	s := open(t, o)
	want := "no training image is of classes 18, 19"
	if len(s.Warnings) < 1 || s.Warnings[0][:len(want)] != want {
		t.Errorf("%q", s.Warnings)
	}
}

// A gap in the labels is no rare class.
func TestGapsAreNoTail(t *testing.T) {
	even := Images{Labels: []int{0, 0, 0, 0, 0, 3, 3, 3, 3, 3}}
	s := &Set{Train: even, Probe: even, Classes: 4, Found: "files"}
	if s.Tailed() {
		t.Error("two classes of five images each and two without any are a long tail")
	}
	s.Train.Labels = []int{0, 0, 0, 0, 0, 3}
	s.Probe = s.Train
	if !s.Tailed() {
		t.Error("five to one is no long tail")
	}
}
