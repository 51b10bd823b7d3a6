package datasets

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"protobench/datasets/fetch"
	"protobench/datasets/files"
)

// cifarSide is the side of CIFAR's images, which have three channels.
const cifarSide = 32

// cifar is what tells its two sets apart.
type cifar struct {
	name     string
	folders  []string
	archives []string
	train    *regexp.Regexp // names of the training files, binary or pickled
	test     *regexp.Regexp
	batches  int // training files of the whole set
	labels   int // label bytes before an image: 1, or coarse and fine
	classes  int // of the first label
	fine     int // of the second one; 0 where there is none
	names    []string
	fineText []string // names of the files that name the fine classes
	keys     []string // of the labels in the pickled version
	nameKeys []string // of the classes' names there
}

// Patterns are compiled once: a sweep asks for the readers thousands of times.
var (
	cifar10Train  = regexp.MustCompile(`^data_batch_\d+(\.bin)?$`)
	cifar10Test   = regexp.MustCompile(`^test_batch(\.\w+)*(\.bin)?$`)
	cifar100Train = regexp.MustCompile(`^train(\.bin)?$`)
	cifar100Test  = regexp.MustCompile(`^test(\.bin)?$`)
)

func cifar10() cifar {
	return cifar{
		name: "cifar10", folders: []string{"cifar-10-batches-bin", "cifar-10-batches-py"},
		archives: []string{"cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"},
		train:    cifar10Train, test: cifar10Test, batches: 5,
		labels: 1, classes: 10, names: []string{"batches.meta.txt", "batches.meta"}, keys: []string{"labels"}, nameKeys: []string{"label_names"},
	}
}

func cifar100() cifar {
	return cifar{
		name: "cifar100", folders: []string{"cifar-100-binary", "cifar-100-python"},
		archives: []string{"cifar-100-binary.tar.gz", "cifar-100-python.tar.gz"},
		train:    cifar100Train, test: cifar100Test, batches: 1,
		labels: 2, classes: 20, fine: 100, names: []string{"coarse_label_names.txt", "meta"}, fineText: []string{"fine_label_names.txt"},
		keys: []string{"coarse_labels", "fine_labels"}, nameKeys: []string{"coarse_label_names", "fine_label_names"},
	}
}

// cifar10Reader reads CIFAR-10 (Krizhevsky 2009).
func cifar10Reader() reader {
	c := cifar10()
	return reader{
		Info: Info{
			Name: c.name, Doc: "10 kinds of animals and vehicles, 32×32 RGB, 50,000 training and 10,000 test images",
			Files:  "data_batch_1.bin … and test_batch.bin, or data_batch_1 … and test_batch as Python pickled them; their folder, or cifar-10-binary.tar.gz or cifar-10-python.tar.gz as it is",
			Source: "https://www.cs.toronto.edu/~kriz/cifar.html", Size: "162 MiB", Licence: "none given; a public research benchmark, cite Krizhevsky 2009",
		},
		home: true, recognise: c.recognise, read: c.read,
		downloads: []fetch.Download{{URL: "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz", File: "cifar-10-python.tar.gz", MD5: "c58f30108f718f92721af3b95e74349a", Size: 170498071}},
	}
}

// cifar100Reader reads CIFAR-100 (Krizhevsky 2009).
func cifar100Reader() reader {
	c := cifar100()
	return reader{
		Info: Info{
			Name: c.name, Doc: "100 kinds of things (fine labels) in 20 groups (labels), 32×32 RGB, 50,000 training and 10,000 test images",
			Files:  "train.bin and test.bin, or train and test as Python pickled them; their folder, or cifar-100-binary.tar.gz or cifar-100-python.tar.gz as it is",
			Source: "https://www.cs.toronto.edu/~kriz/cifar.html", Size: "161 MiB", Licence: "none given; a public research benchmark, cite Krizhevsky 2009",
		},
		home: true, recognise: c.recognise, read: c.read,
		downloads: []fetch.Download{{URL: "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz", File: "cifar-100-python.tar.gz", MD5: "eb9058c3a382ffc7106e4002c42a8d85", Size: 169001437}},
	}
}

// wanted reports whether a file of that name belongs to the set.
func (c cifar) wanted(name string) bool {
	return c.train.MatchString(name) || c.test.MatchString(name) || slices.Contains(c.names, name) || slices.Contains(c.fineText, name)
}

func (c cifar) recognise(p *files.Location) string {
	dirs := []string{"."}
	for _, dir := range c.folders {
		if p.IsDir(dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range dirs {
		entries, _ := p.List(dir)
		for _, e := range entries {
			if !e.IsDir() && c.train.MatchString(e.Name()) && c.looks(p, files.Join(dir, e.Name())) {
				return strings.ToUpper(c.name) + ", " + files.Join(dir, e.Name()) + " …"
			}
		}
	}
	for _, name := range c.archives {
		if p.Has(name) {
			return strings.ToUpper(c.name) + " in " + name
		}
	}
	return ""
}

// looks reports whether a file is whole records, or begins like a pickle of a dictionary.
func (c cifar) looks(p *files.Location, name string) bool {
	f, size, err := p.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if strings.HasSuffix(name, ".bin") {
		return size > 0 && size%int64(c.record()) == 0
	}
	head := p.Head(name)
	return len(head) > 2 && head[0] == 0x80 && head[1] <= 5
}

// record is the size of an image and its labels in the binary version.
func (c cifar) record() int { return c.labels + 3*cifarSide*cifarSide }

// cifarParts is what was read of a set.
type cifarParts struct {
	files map[string]Images // by name
	names [2][]string       // of the classes and the fine classes
}

// read reads the first source that has training images.
func (c cifar) read(_ Options, p *files.Location) (*Set, error) {
	for _, s := range p.Sources(c.folders, c.archives, c.wanted) {
		parts := cifarParts{files: map[string]Images{}}
		if err := s.Visit(func(m files.Member) error { return c.part(&parts, m) }); err != nil {
			return nil, err
		}
		if len(parts.files) > 0 {
			return c.join(s, parts)
		}
	}
	return nil, fmt.Errorf("%s: no file of %s is there (found %s); expected %s", p.Path, c.name, files.Few(p.Names()), c.reader().Files)
}

func (c cifar) reader() reader {
	if c.fine > 0 {
		return cifar100Reader()
	}
	return cifar10Reader()
}

// part reads one file: images or names.
func (c cifar) part(parts *cifarParts, m files.Member) error {
	isText := strings.HasSuffix(m.Name, ".txt")
	switch {
	case isText:
		b, err := m.Content()
		if err != nil {
			return err
		}
		at := 0
		if slices.Contains(c.fineText, m.Name) {
			at = 1
		}
		parts.names[at] = nonEmptyLines(b)
	case slices.Contains(c.names, m.Name):
		return c.pickledNames(parts, m)
	case strings.HasSuffix(m.Name, ".bin"):
		im, err := c.binary(m)
		parts.files[m.Name] = im
		return err
	default:
		im, err := c.pickled(m)
		parts.files[m.Name] = im
		return err
	}
	return nil
}

func nonEmptyLines(b []byte) []string {
	var out []string
	for line := range bytes.Lines(b) {
		if text := strings.TrimSpace(string(line)); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// binary reads records of label bytes and planes of red, green and blue.
func (c cifar) binary(m files.Member) (Images, error) {
	n := m.Size / int64(c.record())
	if n == 0 || m.Size%int64(c.record()) != 0 {
		head, _ := io.ReadAll(io.LimitReader(m.Body, 64))
		return Images{}, fmt.Errorf("%s: %d bytes (%s), expected a whole number of records of %d; fetch the file again", m.Path, m.Size, files.LooksLike(head), c.record())
	}
	b, err := m.Content()
	if err != nil {
		return Images{}, err
	}
	im := c.room(int(n))
	to := 0
	for i := range int(n) { // what is written lies before what is still to be read
		labels := b[i*c.record():][:c.labels]
		if err := c.label(&im, m.Path, i, int(labels[0]), int(labels[len(labels)-1])); err != nil {
			return Images{}, err
		}
		to += copy(b[to:], b[i*c.record()+c.labels:][:c.record()-c.labels])
	}
	im.Pixels = b[:to]
	files.Interleave(im.Pixels, 3, cifarSide*cifarSide)
	return im, nil
}

func (c cifar) room(n int) Images {
	im := Images{Height: cifarSide, Width: cifarSide, Channels: 3, Labels: make([]int, 0, n)}
	if c.fine > 0 {
		im.Fine = make([]int, 0, n)
	}
	return im
}

// label adds the labels of image i.
func (c cifar) label(im *Images, path string, i, label, fine int) error {
	if label < 0 || label >= c.classes {
		return fmt.Errorf("%s: image %d has label %d, expected 0 to %d; it is no file of %s, or damaged", path, i, label, c.classes-1, c.name)
	}
	im.Labels = append(im.Labels, label)
	if c.fine == 0 {
		return nil
	}
	if fine < 0 || fine >= c.fine {
		return fmt.Errorf("%s: image %d has fine label %d, expected 0 to %d; it is no file of %s, or damaged", path, i, fine, c.fine-1, c.name)
	}
	im.Fine = append(im.Fine, fine)
	return nil
}

// join puts the files of each split together, in the order of their names.
func (c cifar) join(s files.Source, parts cifarParts) (*Set, error) {
	isBinary := func(name string) bool { return strings.HasSuffix(name, ".bin") }
	if slices.ContainsFunc(slices.Collect(maps.Keys(parts.files)), isBinary) { // both versions beside each other hold the same images
		maps.DeleteFunc(parts.files, func(name string, _ Images) bool { return !isBinary(name) })
	}
	set := &Set{Flip: true, Names: parts.names[0], FineNames: parts.names[1]}
	batches := 0
	for _, name := range slices.Sorted(maps.Keys(parts.files)) {
		im := parts.files[name]
		delete(parts.files, name)
		if c.test.MatchString(name) {
			set.Test.join(im)
			continue
		}
		batches++
		set.Train.join(im)
	}
	if set.Train.Len() == 0 || set.Test.Len() == 0 {
		return nil, fmt.Errorf("%s: has %d training and %d test images; expected %s", s.Name, set.Train.Len(), set.Test.Len(), c.reader().Files)
	}
	set.Found = fmt.Sprintf("%s in %s, %d of %d training files", strings.ToUpper(c.name), s.Name, batches, c.batches)
	if len(set.Names) > 0 && len(set.Names) != c.classes || len(set.FineNames) > 0 && len(set.FineNames) != c.fine {
		return nil, fmt.Errorf("%s: names %d classes and %d fine ones, expected %d and %d; fetch the set again", s.Name, len(set.Names), len(set.FineNames), c.classes, c.fine)
	}
	set.Classes, set.FineClasses = c.classes, c.fine
	return set, nil
}

// join appends images of the same shape.
func (im *Images) join(more Images) {
	if im.Len() == 0 {
		*im = more
		return
	}
	im.Pixels = append(im.Pixels, more.Pixels...)
	im.Labels = append(im.Labels, more.Labels...)
	if im.Fine != nil {
		im.Fine = append(im.Fine, more.Fine...)
	}
}

// promoteFine makes fine labels the labels, where a set has any.
func (s *Set) promoteFine() {
	if s.Train.Fine == nil {
		return
	}
	s.Train.Labels, s.Test.Labels, s.Names, s.Classes = s.Train.Fine, s.Test.Fine, s.FineNames, s.FineClasses
	s.Train.Fine, s.Test.Fine, s.FineNames, s.FineClasses = nil, nil, nil, 0
}
