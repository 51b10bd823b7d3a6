package features

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/audit/checkpoint"
	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
)

// Labelled are exported features of images with their labels.
type Labelled struct {
	File string
	Key  string        // of the array; "" for a file's one
	X    matrix.Matrix // [N,D], finite
	Y    []int         // [N], whole numbers from 0 on as the file has them; −1 where an image has none
}

// Unlabelled is a label that says that there is none: such images enter no probe.
const Unlabelled = -1

// roles are what arrays are called: a role is what is left of a name without the word of its split.
func featureRoles() []string { return []string{"x", "features", "feats", "embeddings", "data"} }

func labelRoles() []string { return []string{"y", "labels", "label", "targets", "target", "classes"} }

// splitWords are the words of names that say which split an array is of.
func splitWords() map[string]string {
	return map[string]string{"train": "train", "training": "train", "test": "test", "val": "test", "valid": "test", "validation": "test", "probe": "probe"}
}

// roleOf parts a name such as x_train, train.features or test_labels.
func roleOf(name string) (role, split string) {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("_-./ ", r) })
	words = slices.DeleteFunc(words, func(w string) bool {
		s, ok := splitWords()[w]
		if ok {
			split = s
		}
		return ok
	})
	return strings.Join(words, "_"), split
}

// Source names a file with features, where they stand in it, and the file of their labels.
type Source struct {
	Path   string
	Key    string // array of the features, or its role (x, z) where splits have one each; "" to find it
	Labels string // file of the labels; "" for the same file
}

// Read reads exported features: the splits train and test of one file where it has both (a
// split probe, which probes learn from, goes before train), else a file's one set as train.
func Read(from Source) (train, test *Labelled, err error) {
	f, err := checkpoint.Open(from.Path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	l := f
	if from.Labels != "" {
		if l, err = checkpoint.Open(from.Labels); err != nil {
			return nil, nil, err
		}
		defer l.Close()
	}
	if learn := featuresOf(f, "probe", from.Key); learn == nil {
		train, err = labelled(f, l, "train", from)
	} else {
		train, err = labelled(f, l, "probe", from)
	}
	if err != nil {
		return nil, nil, err
	}
	if train == nil {
		train, err = labelled(f, l, "", from)
		if err == nil && train == nil {
			err = noFeatures(f, from.Key)
		}
		return train, nil, err
	}
	test, err = labelled(f, l, "test", from)
	return train, test, err
}

// labelled reads the features of a split ("" for arrays of none) and their labels; nil where there
// are no features.
func labelled(f, labels *checkpoint.File, split string, from Source) (*Labelled, error) {
	a := featuresOf(f, split, from.Key)
	if a == nil {
		return nil, nil
	}
	out := &Labelled{File: f.Path, Key: a.Name}
	x, err := a.Float32s()
	if err != nil {
		return nil, err
	}
	out.X = matrix.Of(a.Shape[0], a.Shape[1], x)
	for i := range out.X.Rows {
		if r := out.X.Row(i); !matrix.Of(1, len(r), r).Finite() {
			return nil, fmt.Errorf("%s: row %d of %s holds NaN or Inf; leave such images out", f.Path, i, checkpoint.TensorText(a.Name))
		}
	}
	out.Y, err = labelsOf(labels, split, a)
	return out, err
}

// featuresOf is the array [N,D] of a split: the one of a key, or of a known role.
func featuresOf(f *checkpoint.File, split, key string) *tensorfile.Array {
	var unnamed []*tensorfile.Array
	for _, want := range append([]string{""}, featureRoles()...) {
		for i := range f.Arrays {
			a := &f.Arrays[i]
			role, of := roleOf(a.Name)
			if of != split || len(a.Shape) != 2 || a.Len() == 0 {
				continue
			}
			switch {
			case key != "" && (a.Name == key || role == key), key == "" && want != "" && role == want:
				return a
			case want == "":
				unnamed = append(unnamed, a)
			}
		}
	}
	if key == "" && len(unnamed) == 1 {
		return unnamed[0]
	}
	return nil
}

func noFeatures(f *checkpoint.File, key string) error {
	var have []string
	for _, a := range f.Arrays {
		have = append(have, fmt.Sprintf("%s %v", checkpoint.TensorText(a.Name), a.Shape))
	}
	for name := range f.Unread {
		have = append(have, f.WhyUnread(name))
	}
	slices.Sort(have)
	what := "no features: one array [N, D] is expected, or one called x, features or embeddings (x_train and x_test for two splits)"
	if key != "" {
		what = fmt.Sprintf("no array [N, D] that is called %q", key)
	}
	return fmt.Errorf("%s: %s; name another with --key. It has %s", f.Path, what, strings.Join(have[:min(len(have), 8)], ", "))
}

// labelsOf are those of features x of a split.
func labelsOf(f *checkpoint.File, split string, x *tensorfile.Array) ([]int, error) {
	var a *tensorfile.Array
	flat := func(a *tensorfile.Array) bool { return len(a.Shape) == 1 || len(a.Shape) == 2 && a.Shape[1] == 1 }
	for i := range f.Arrays {
		role, of := roleOf(f.Arrays[i].Name)
		if (of == split || split == "probe" && of == "train" && a == nil) && slices.Contains(labelRoles(), role) && flat(&f.Arrays[i]) {
			a = &f.Arrays[i]
		}
	}
	if a == nil && len(f.Arrays) == 1 && flat(&f.Arrays[0]) {
		a = &f.Arrays[0]
	}
	const remedy = "an array [N] of whole numbers called y, labels or targets (y_train and y_test for two splits), −1 for an image without a label; " +
		"name the file that has it with --labels"
	if a == nil {
		return nil, fmt.Errorf("%s: no labels for %s %v; expected %s", f.Path, checkpoint.TensorText(x.Name), x.Shape, remedy)
	}
	if a.Len() != x.Shape[0] {
		return nil, fmt.Errorf("%s: %s has %d labels, %s %d rows; expected %s", f.Path, checkpoint.TensorText(a.Name), a.Len(), checkpoint.TensorText(x.Name), x.Shape[0], remedy)
	}
	values, err := a.Float32s()
	if err != nil {
		return nil, err
	}
	const most = 1 << 24 // whole numbers that a float32 tells apart
	out := make([]int, len(values))
	for i, v := range values {
		if v < Unlabelled || v >= most || float64(v) != math.Trunc(float64(v)) {
			return nil, fmt.Errorf("%s: label %g of row %d of %s; expected %s", f.Path, v, i, checkpoint.TensorText(a.Name), remedy)
		}
		out[i] = int(v)
	}
	return out, nil
}
