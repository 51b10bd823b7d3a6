package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/datasets/files"
)

// Open loads or generates a set, draws both splits down to their limits, puts a validation split in
// the test split's place if one was asked for, thins the training split to the long tail that was
// asked for, and fills in the statistics and the fingerprint. Options are checked before any work. Where
// a setting is at fault, the error is a *setting.KeyError.
func Open(o Options) (*Set, error) {
	r, err := find(o.Name)
	if err != nil {
		return nil, err
	}
	return r.open(o)
}

// Outline is Open for whom numbers of images, classes and their warnings are enough: of a set that
// takes time to generate, images are blank, and the fingerprint is none of images.
func Outline(o Options) (*Set, error) {
	r, err := find(o.Name)
	if err != nil {
		return nil, err
	}
	if r.outline == nil {
		return Open(o)
	}
	r.generate = r.outline
	set, err := r.open(o)
	if err == nil {
		set.Fingerprint = fmt.Sprintf("outline of %+v", o)
	}
	return set, err
}

// open loads a set and prepares it as the options say.
func (r reader) open(o Options) (*Set, error) {
	if o.Subset == "only" {
		o.Subset = ""
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	set, err := r.load(o)
	if err != nil {
		return nil, err
	}
	if err := set.cut(o); err != nil {
		return nil, err
	}
	if o.Flip == "yes" || o.Flip == "no" {
		set.Flip = o.Flip == "yes"
	}
	set.warn()
	if set.Noise == 0 { // vectors know their scale
		set.Mean, set.Std = moments(&set.Train)
	}
	set.Fingerprint = fingerprint(set)
	return set, nil
}

// cut draws the images that the options leave of each split.
func (s *Set) cut(o Options) error {
	seed := uint64(o.DrawSeed)
	s.Train = s.Train.limited(o.Limit, seed, drawLimit)
	s.Test = s.Test.limited(o.TestLimit, seed, drawTestLimit)
	if o.Validation > 0 {
		if s.Train, s.Test = s.Train.holdOut(o.Validation, seed); s.Test.Len() == 0 {
			return wrong("validation", fmt.Sprintf("%g of %d labelled training images is not one image", o.Validation, s.Train.labelled()), "raise the share or the number of images")
		}
	}
	s.Train = s.Train.perClass(o.PerClass, seed)
	s.Probe = s.Train.withLabels()
	s.Train = longTail(&s.Train, o)
	return nil
}

// load generates a set, or finds its files and reads them.
func (r reader) load(o Options) (*Set, error) {
	if r.generate != nil {
		s, err := r.generate(o)
		if err == nil {
			s.Name = r.Name
		}
		return s, err
	}
	p, err := r.locate(o)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return r.from(o, p)
}

// from reads the set at a place and checks that it is one.
func (r reader) from(o Options, p *files.Location) (*Set, error) {
	s, err := r.read(o, p)
	if err != nil {
		return nil, err
	}
	if s.Name == "" {
		s.Name = r.Name
	}
	if o.Labels == "fine" {
		s.promoteFine()
	}
	if s.Test.Len() == 0 {
		s.splitByRule(o.TestShare)
	}
	return s, s.complete(p)
}

// complete checks what all readers owe, and counts the classes.
func (s *Set) complete(p *files.Location) error {
	a, b := &s.Train, &s.Test
	if a.Height != b.Height || a.Width != b.Width {
		return fmt.Errorf("%s: training images are %d×%d and test images %d×%d; both splits must have one size", p.Path, a.Height, a.Width, b.Height, b.Width)
	}
	if a.Channels != b.Channels {
		return fmt.Errorf("%s: training images have %d channels and test images %d; both splits must have the same", p.Path, a.Channels, b.Channels)
	}
	if s.countClasses(); s.Classes == 0 {
		return fmt.Errorf("%s: no image has a label; probes need some", p.Path)
	}
	return nil
}

// countClasses counts the classes: as many as the labels, or the names, say.
func (s *Set) countClasses() {
	s.Classes, s.FineClasses = max(s.Classes, len(s.Names)), max(s.FineClasses, len(s.FineNames))
	for _, im := range []*Images{&s.Train, &s.Test} {
		for _, c := range im.Labels {
			s.Classes = max(s.Classes, c+1)
		}
		for _, c := range im.Fine {
			s.FineClasses = max(s.FineClasses, c+1)
		}
	}
}

// validate checks the ranges that the keys declare. The generator's sizes bind its own set alone.
func (o Options) validate() error {
	for _, k := range []struct {
		key        string
		value, low int
		binds      bool
	}{
		{"limit", o.Limit, 0, true},
		{"test_limit", o.TestLimit, 0, true},
		{"train", o.Train, 1, generated(o.Name)},
		{"test", o.Test, 1, generated(o.Name)},
		{"seed", o.Seed, 0, generated(o.Name)},
		{"tail_seed", o.TailSeed, 0, true},
		{"per_class", o.PerClass, 0, true},
		{"draw_seed", o.DrawSeed, 0, true},
		{"size", o.Size, 0, true},
	} {
		if k.binds && k.value < k.low {
			return wrong(k.key, fmt.Sprintf("%d is out of range", k.value), fmt.Sprintf("use %d or more", k.low))
		}
	}
	if o.Name == "mixture" {
		if err := o.validateMixture(); err != nil {
			return err
		}
	}
	if !(o.Imbalance >= 1) || math.IsInf(o.Imbalance, 0) {
		return wrong("imbalance", fmt.Sprintf("%g is out of range", o.Imbalance), "use 1 (balanced) or more")
	}
	for _, k := range []struct{ key, value, choices string }{
		{"labels", o.Labels, "coarse, fine"}, {"missing", o.Missing, "refuse, skip"}, {"tail", o.Tail, "exponential, pareto, step"}, {"flip", o.Flip, "auto, yes, no"},
	} {
		if k.value != "" && !slices.Contains(strings.Split(k.choices, ", "), k.value) {
			return wrong(k.key, "found "+quote(k.value), "choose one of "+k.choices)
		}
	}
	if o.TestShare != 0 && !(o.TestShare > 0 && o.TestShare <= 0.5) {
		return wrong("test_share", fmt.Sprintf("%g is out of range", o.TestShare), "use a number above 0, up to 0.5")
	}
	switch {
	case !(o.Validation >= 0 && o.Validation <= 0.5):
		return wrong("validation", fmt.Sprintf("%g is out of range", o.Validation), "use 0 (evaluate on the test set) to 0.5")
	case o.Validation > 0 && o.TestLimit > 0:
		return wrong("test_limit", fmt.Sprintf("%d has no effect, as data.validation puts training images in the test set's place", o.TestLimit), "remove one of them")
	}
	return nil
}
