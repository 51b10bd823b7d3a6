package datasets

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"protobench/datasets/files"
)

// npzReader reads NumPy's files: one .npz with all arrays (Keras's names, MedMNIST's), or .npy and
// .npz files of one array each.
func npzReader() reader {
	return reader{
		Info: Info{
			Name: "npz", Doc: "arrays of NumPy: images [n, rows, columns(, channels)] and labels (-1: unlabelled)",
			Files:  "one .npz with x_train, y_train, x_test, y_test or train_images, train_labels, …; or .npy files of those names",
			Source: "your own; MedMNIST (https://medmnist.com), Keras's data sets",
		},
		recognise: func(p *files.Location) string {
			sets, err := findArrays(p)
			if err != nil || len(sets) == 0 {
				return ""
			}
			var names []string
			for _, s := range sets {
				names = append(names, s.name)
			}
			return "NumPy arrays in " + files.Few(names)
		},
		read: readArrays,
	}
}

// arrayName is what an array's name says: which split it belongs to and what it holds.
type arrayName struct{ split, role string }

// parseArrayName reads names such as x_train, train_images, kmnist-train-imgs, y_train_fine. prefix
// is what is left.
func parseArrayName(name string) (n arrayName, prefix string, ok bool) {
	var rest []string
	for _, word := range files.Words(name) {
		switch {
		case files.SplitWord(word) != "" && n.split == "":
			n.split = files.SplitWord(word)
		case word == "fine":
			n.role = "fine"
		case roleWords[word] != "" && (n.role == "" || n.role == "fine"):
			if n.role == "" {
				n.role = roleWords[word]
			}
		default:
			rest = append(rest, word)
		}
	}
	if n.split == "unlabelled" && n.role == "" {
		n.role = "x"
	}
	return n, strings.Join(rest, "-"), n.role != ""
}

// arraySet is the arrays of one set.
type arraySet struct {
	name   string
	arrays map[arrayName]files.ArrayAt
}

// findArrays lists the sets of a place: each .npz that holds one, and the files of one array each.
func findArrays(p *files.Location) ([]arraySet, error) {
	entries, err := p.List(".")
	if err != nil {
		return nil, err
	}
	var sets []arraySet
	add := func(set string, n arrayName, at files.ArrayAt) {
		i := slices.IndexFunc(sets, func(s arraySet) bool { return s.name == set })
		if i < 0 {
			i = len(sets)
			sets = append(sets, arraySet{set, map[arrayName]files.ArrayAt{}})
		}
		if _, there := sets[i].arrays[n]; !there {
			sets[i].arrays[n] = at
		}
	}
	for _, e := range entries {
		stem, extension := strings.TrimSuffix(e.Name(), path.Ext(e.Name())), path.Ext(e.Name())
		switch {
		case e.IsDir():
		case extension == ".npy":
			if n, prefix, ok := parseArrayName(stem); ok {
				add(prefix, n, files.ArrayAt{File: e.Name()})
			}
		case extension == ".npz":
			if err := findMembers(p, e.Name(), stem, add); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(sets, func(s arraySet) bool { return !s.hasImages() }), nil
}

func (s arraySet) hasImages() bool {
	_, train := s.arrays[arrayName{"train", "x"}]
	_, all := s.arrays[arrayName{"", "x"}]
	return train || all
}

// readArrays reads the one set that is meant.
func readArrays(o Options, p *files.Location) (*Set, error) {
	sets, err := findArrays(p)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range sets {
		if s.name == o.Subset || len(sets) == 1 && o.Subset == "" {
			return s.read(p)
		}
		names = append(names, s.name)
	}
	switch {
	case len(sets) == 0:
		return nil, fmt.Errorf("%s: no arrays of images are there (found %s); expected %s", p.Path, files.Few(p.Contents()), npzReader().Files)
	case o.Subset != "":
		return nil, wrong("subset", "no arrays "+quote(o.Subset)+" in "+p.Path, "choose one of "+files.Few(names))
	}
	return nil, wrong("subset", p.Path+" holds several sets", "choose one of "+files.Few(names))
}

// read reads the splits: train or all, unlabelled images behind it, test; where there is no test
// split, the validation split in its place.
func (s arraySet) read(p *files.Location) (*Set, error) {
	set := &Set{Found: strings.TrimSpace("NumPy arrays " + s.name)}
	first := "train"
	if _, ok := s.arrays[arrayName{"train", "x"}]; !ok {
		first = ""
	}
	var err error
	if set.Train, err = s.split(p, first); err != nil {
		return nil, err
	}
	_, test := s.arrays[arrayName{"test", "x"}]
	_, val := s.arrays[arrayName{"val", "x"}]
	switch {
	case test:
		set.Test, err = s.split(p, "test")
	case val:
		set.Found += ", its validation split as test split"
		set.Test, err = s.split(p, "val")
	}
	if err == nil && test && val {
		set.Found += ", its validation split unused"
	}
	if _, ok := s.arrays[arrayName{"unlabelled", "x"}]; err == nil && ok {
		var more Images
		if more, err = s.split(p, "unlabelled"); err == nil {
			err = set.Train.joinChecked(more, p.Path)
		}
	}
	return set, err
}

// split reads the images of a split and their labels; where there are none, and the images may lack
// them, −1.
func (s arraySet) split(p *files.Location, split string) (Images, error) {
	x, err := p.Array(s.arrays[arrayName{split, "x"}])
	if err != nil {
		return Images{}, err
	}
	im, err := imagesOf(x)
	if err != nil {
		return Images{}, err
	}
	n := x.Shape[0]
	y, ok := s.arrays[arrayName{split, "y"}]
	if !ok && split != "unlabelled" {
		return Images{}, fmt.Errorf("%s: has no labels beside it; expected %s", x.Name, npzReader().Files)
	}
	if im.Labels, err = labelArray(p, y, n); err != nil {
		return Images{}, err
	}
	if fine, ok := s.arrays[arrayName{split, "fine"}]; ok {
		im.Fine, err = labelArray(p, fine, n)
	}
	return im, err
}

// joinChecked appends images of what has to be the same shape.
func (im *Images) joinChecked(more Images, path string) error {
	if im.Height != more.Height || im.Width != more.Width || im.Channels != more.Channels {
		return fmt.Errorf("%s: unlabelled images are %d×%d×%d and training images %d×%d×%d; both must have one shape",
			path, more.Height, more.Width, more.Channels, im.Height, im.Width, im.Channels)
	}
	if im.Fine != nil {
		more.Fine = slices.Repeat([]int{-1}, more.Len())
	}
	im.join(more)
	return nil
}

// findMembers lists the arrays of an archive; one that holds a single array has what its own name
// says.
func findMembers(p *files.Location, file, stem string, add func(string, arrayName, files.ArrayAt)) error {
	members, err := p.Members(file)
	if err != nil {
		return err
	}
	for _, member := range members {
		name := strings.TrimSuffix(member, ".npy")
		if n, prefix, ok := parseArrayName(stem); ok && len(members) == 1 {
			add(prefix, n, files.ArrayAt{File: file, Member: member})
		} else if n, _, ok := parseArrayName(name); ok {
			add(stem, n, files.ArrayAt{File: file, Member: member})
		}
	}
	return nil
}

// labelArray reads the labels of n images, −1 for all where there is no array.
func labelArray(p *files.Location, at files.ArrayAt, n int) ([]int, error) {
	if at.File == "" {
		return slices.Repeat([]int{-1}, n), nil
	}
	a, err := p.Array(at)
	if err != nil {
		return nil, err
	}
	return a.Labels(n)
}

// roleWords are the words that say what an array holds.
var roleWords = map[string]string{"x": "x", "images": "x", "imgs": "x", "image": "x", "data": "x", "y": "y", "labels": "y", "label": "y", "targets": "y", "fine": "fine"}
