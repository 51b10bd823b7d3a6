package datasets

import (
	"fmt"
	"math"
	"strings"
)

// Info describes one data set that [Open] knows.
type Info struct {
	Name   string `json:"name"`   // value of the key data.name
	Doc    string `json:"doc"`    // what the images show
	Files  string `json:"files"`  // the files it needs in its folder; empty where it is generated
	Source string `json:"source"` // where it comes from
}

// entry is one line of the registry: a set's description and how it is made.
type entry struct {
	Info
	load func(Options) (*Set, error)
}

func registry() []entry {
	return []entry{
		{Info{
			Name:   "shapes",
			Doc:    "20 silhouettes in 5 arrangements each (100 fine modes), 32×32 RGB; place, size, turn, colours, texture, clutter, light and noise vary independently of the class",
			Source: "generated from data.seed",
		}, loadShapes},
		{Info{
			Name:   "mixture",
			Doc:    "vectors from a known Gaussian mixture as 1×dim gray images, for encoder identity: what learners do with them is known",
			Source: "generated from data.seed",
		}, loadMixture},
		{Info{
			Name:   "fashion-mnist",
			Doc:    "10 kinds of clothing, 28×28 gray, 60,000 training and 10,000 test images",
			Files:  mnistFiles,
			Source: "https://github.com/zalandoresearch/fashion-mnist (MIT)",
		}, loadFashion},
		{Info{
			Name:   "idx",
			Doc:    "any set of gray images in IDX files with MNIST's names; needs data.path",
			Files:  mnistFiles,
			Source: "your own; format of http://yann.lecun.com/exdb/mnist",
		}, loadIDX},
	}
}

// List describes the sets that [Open] knows, in a fixed order.
func List() []Info {
	var out []Info
	for _, e := range registry() {
		out = append(out, e.Info)
	}
	return out
}

// Open loads or generates a set, cuts both splits to their limits, puts a validation split in the test split's place
// if one was asked for, thins the training split to the long tail that was asked for, and fills in the statistics and
// the fingerprint. Options are checked before any work.
func Open(o Options) (*Set, error) {
	e, err := find(o.Name)
	if err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	set, err := e.load(o)
	if err != nil {
		return nil, err
	}
	set.Name = e.Name
	set.Train = set.Train.first(o.Limit)
	set.Test = set.Test.first(o.TestLimit)
	if o.Validation > 0 {
		if set.Train, set.Test, err = holdOut(&set.Train, o.Validation); err != nil {
			return nil, err
		}
	}
	set.Probe = set.Train
	set.Train = longTail(&set.Probe, set.Classes, o.Imbalance)
	if set.Noise == 0 { // vectors know their scale
		set.Mean, set.Std = moments(&set.Train)
	}
	set.Fingerprint = fingerprint(set)
	return set, nil
}

func find(name string) (entry, error) {
	var names []string
	for _, e := range registry() {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return entry{}, fmt.Errorf("data.name: no data set %q; choose one of %s", name, strings.Join(names, ", "))
}

// generated reports whether a set comes out of a generator.
func generated(name string) bool { return name == "shapes" || name == "mixture" }

// OfVectors reports whether a set holds vectors, whose views are made without the augmentations of images.
func OfVectors(name string) bool { return name == "mixture" }

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
	} {
		if k.binds && k.value < k.low {
			return fmt.Errorf("data.%s: %d is out of range; use %d or more", k.key, k.value, k.low)
		}
	}
	if o.Name == "mixture" {
		if err := o.validateMixture(); err != nil {
			return err
		}
	}
	if !(o.Imbalance >= 1) || math.IsInf(o.Imbalance, 0) {
		return fmt.Errorf("data.imbalance: %g is out of range; use 1 (balanced) or more", o.Imbalance)
	}
	switch {
	case !(o.Validation >= 0 && o.Validation <= 0.5):
		return fmt.Errorf("data.validation: %g is out of range; use 0 (evaluate on the test set) to 0.5", o.Validation)
	case o.Validation > 0 && o.TestLimit > 0:
		return fmt.Errorf("data.test_limit: %d has no effect, as data.validation puts training images in the test set's place; remove one of them", o.TestLimit)
	}
	return nil
}
