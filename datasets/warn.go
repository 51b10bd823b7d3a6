package datasets

import (
	"fmt"
	"slices"

	"protobench/datasets/files"
)

// warn notes what a reader of numbers should know of images out of files: classes that training or
// testing lacks. Generated sets have all classes as far as their size allows.
func (s *Set) warn(o Options) {
	if s.Found == "" {
		return
	}
	trained, tested := s.Probe.Counts(s.Classes), s.Test.Counts(s.Classes)
	var untrained, untested []int
	both := false
	for c := range s.Classes {
		if trained[c] == 0 {
			untrained = append(untrained, c)
		}
		if tested[c] == 0 {
			untested = append(untested, c)
		}
		both = both || trained[c] > 0 && tested[c] > 0
	}
	switch {
	case !both:
		s.Warnings = append(s.Warnings, "no class has both training and test images: accuracies mean nothing")
	case s.Classes-len(untrained) == 1:
		s.Warnings = append(s.Warnings, "training images are all of "+s.classes([]int{slices.IndexFunc(trained, func(n int) bool { return n > 0 })})+": accuracies mean nothing")
	default:
		if len(untrained) > 0 {
			s.Warnings = append(s.Warnings, "no training image is of "+s.classes(untrained)+s.sorted(o))
		}
		if len(untested) > 0 {
			s.Warnings = append(s.Warnings, "no test image is of "+s.classes(untested))
		}
		return
	}
	s.Warnings[len(s.Warnings)-1] += s.sorted(o)
}

// sorted is what to do where a cut of images in the order of their classes has left some out.
func (s *Set) sorted(o Options) string {
	if slices.IsSorted(s.Probe.Labels) && (o.Limit > 0 || o.Validation > 0) {
		return "; the images are in the order of their classes, of which data.limit takes the first and data.validation the last: use data.per_class"
	}
	return ""
}

// classes names a few classes.
func (s *Set) classes(labels []int) string {
	names := make([]string, len(labels))
	for i, c := range labels {
		names[i] = fmt.Sprint(c)
		if c < len(s.Names) {
			names[i] += " (" + s.Names[c] + ")"
		}
	}
	if len(names) == 1 {
		return "class " + names[0]
	}
	return "classes " + files.Few(names)
}
