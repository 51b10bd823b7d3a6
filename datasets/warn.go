package datasets

import (
	"fmt"

	"protobench/datasets/files"
	"protobench/internal/wording"
)

// warn notes what a reader of numbers should know of the images, of whatever source: classes that
// training or testing lacks, and what that makes of accuracies. It says nothing of sets that can
// tell features apart.
func (s *Set) warn() {
	trained, tested := s.Probe.Counts(s.Classes), s.Test.Counts(s.Classes)
	c := coverage{train: sum(trained), test: sum(tested)}
	for class := range s.Classes {
		switch n, m := trained[class], tested[class]; {
		case n > 0 && m > 0:
			c.both = append(c.both, class)
			c.answerable += m
		case n > 0:
			c.untested = append(c.untested, class)
			c.wasted += n
		case m > 0:
			c.untrained = append(c.untrained, class)
		default:
			c.absent = append(c.absent, class)
		}
	}
	s.Warnings = append(s.Warnings, s.uncovered(c)...)
	if len(c.absent) > 0 {
		s.Warnings = append(s.Warnings, "no image at all is of "+s.classes(c.absent)+": the labels have gaps, which count as no classes in means and tails")
	}
	if few := s.singles(); len(few) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s of %d left with one training image: %s", wording.Count(len(few), "class"), s.Classes-len(c.absent), files.Few(s.named(few))))
	}
}

// coverage is which classes have images in training and in testing.
type coverage struct {
	train, test                       int   // images with a label
	both, untrained, untested, absent []int // classes
	answerable                        int   // test images of classes that training has
	wasted                            int   // training images of classes that testing lacks
}

// uncovered says what a coverage makes of accuracies.
func (s *Set) uncovered(c coverage) []string {
	switch {
	case c.train == 0 || c.test == 0:
		return []string{fmt.Sprintf("%d training and %d test images have a class: there is no accuracy without both", c.train, c.test)}
	case len(c.both) == 0:
		return []string{fmt.Sprintf("no class has both training and test images: %d training images are of %s, %d test images of %s; every accuracy is 0 %%, whatever the features",
			c.train, s.classes(c.untested), c.test, s.classes(c.untrained))}
	case len(c.both) == 1 && len(c.untested) == 0:
		return []string{fmt.Sprintf("all %d training images are of %s, and so are %d of %d test images: every accuracy is %s, whatever the features",
			c.train, s.classes(c.both), c.answerable, c.test, percent(c.answerable, c.test))}
	}
	var out []string
	if len(c.untrained) > 0 {
		out = append(out, fmt.Sprintf("no training image is of %s, which %d of %d test images are of: no accuracy can exceed %s",
			s.classes(c.untrained), c.test-c.answerable, c.test, percent(c.answerable, c.test)))
	}
	if len(c.untested) > 0 {
		out = append(out, fmt.Sprintf("no test image is of %s, which %d of %d training images are of: accuracies say nothing of them",
			s.classes(c.untested), c.wasted, c.train))
	}
	if len(c.both) == 1 {
		out = append(out, fmt.Sprintf("all test images that training can know are of %s: accuracies tell its images from others alone", s.classes(c.both)))
	}
	return out
}

// singles are the classes that training has one image of.
func (s *Set) singles() []int {
	var out []int
	for c, n := range s.Train.Counts(s.Classes) {
		if n == 1 {
			out = append(out, c)
		}
	}
	return out
}

func sum(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// percent writes a share for people.
func percent(part, whole int) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// classes names a few classes.
func (s *Set) classes(labels []int) string {
	if len(labels) == 1 {
		return "class " + s.named(labels)[0]
	}
	return "classes " + files.Few(s.named(labels))
}

// named is the classes' numbers, with their names where these are known.
func (s *Set) named(labels []int) []string {
	names := make([]string, len(labels))
	for i, c := range labels {
		names[i] = fmt.Sprint(c)
		if c < len(s.Names) {
			names[i] += " (" + s.Names[c] + ")"
		}
	}
	return names
}
