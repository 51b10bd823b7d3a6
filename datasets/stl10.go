package datasets

import (
	"fmt"
	"io"
	"slices"
)

// stlSide is the side of STL-10's images, which have three channels.
const stlSide = 96

// stl10Reader reads STL-10 (Coates, Lee and Ng 2011): few labelled images, and many without labels to learn from. The
// unlabelled ones stand behind the labelled ones, so that data.limit leaves the labels.
func stl10Reader() reader {
	return reader{
		Info: Info{
			Name: "stl10", Doc: "10 kinds of animals and vehicles, 96×96 RGB, 5,000 training images, 100,000 unlabelled ones, 8,000 test images",
			Files:  "train_X.bin, train_y.bin, test_X.bin, test_y.bin, unlabeled_X.bin where it is wanted; their folder, or stl10_binary.tar.gz as it is",
			Source: "https://cs.stanford.edu/~acoates/stl10", Size: "2.5 GiB", Licence: "none given; images from ImageNet, for research",
		},
		home:      true,
		downloads: []Download{{"http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", "stl10_binary.tar.gz", "91f7769df0f17e558f3565bffb0c7dfb", 2640397119}},
		recognise: func(p *location) string {
			for _, name := range []string{"train_X.bin", "stl10_binary/train_X.bin", "stl10_binary.tar.gz"} {
				if p.has(name) {
					return "STL-10 in " + name
				}
			}
			return ""
		},
		read: readSTL10,
	}
}

// stlFiles are the files that are read.
var stlFiles = []string{"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "unlabeled_X.bin", "class_names.txt"}

func stlWanted(name string) bool { return slices.Contains(stlFiles, name) }

func readSTL10(o Options, p *location) (*Set, error) {
	for _, s := range p.sources([]string{"stl10_binary"}, []string{"stl10_binary.tar.gz"}, stlWanted) {
		sizes, err := stlSizes(s)
		if err != nil {
			return nil, err
		}
		if sizes["train_X.bin"] > 0 {
			return readSTLFrom(o, s, sizes)
		}
	}
	return nil, fmt.Errorf("%s: no file of STL-10 is there (found %s); expected %s", p.path, some(p.names()), stl10Reader().Files)
}

// stlSizes are the numbers of images of the files, and of their labels.
func stlSizes(s source) (map[string]int, error) {
	sizes := map[string]int{}
	const image = 3 * stlSide * stlSide
	err := s.visit(func(m member) error {
		if float64(m.size) > m.warranted {
			return fmt.Errorf("%s: says it has %s, more than the file can hold; fetch it again", m.path, bytesText(float64(m.size)))
		}
		if m.name[len(m.name)-5] != 'X' {
			sizes[m.name] = int(m.size)
			return nil
		}
		if m.size == 0 || m.size%image != 0 {
			head, _ := io.ReadAll(io.LimitReader(m.r, 64))
			return fmt.Errorf("%s: %d bytes (%s), expected a whole number of images of %d; fetch the file again", m.path, m.size, looksLike(head), image)
		}
		sizes[m.name] = int(m.size / image)
		return nil
	})
	return sizes, err
}

// readSTLFrom reads the files into memory that is asked for once.
func readSTLFrom(o Options, s source, sizes map[string]int) (*Set, error) {
	labelled, unlabelled := sizes["train_X.bin"], sizes["unlabeled_X.bin"]
	if o.Limit > 0 {
		unlabelled = min(unlabelled, max(0, o.Limit-labelled))
	}
	set := &Set{Flip: true, Found: fmt.Sprintf("STL-10 in %s, %d unlabelled images", s.name, unlabelled)}
	for im, n := range map[*Images]int{&set.Train: labelled + unlabelled, &set.Test: sizes["test_X.bin"]} {
		*im = Images{Height: stlSide, Width: stlSide, Channels: 3}
		size := product(n, 3, stlSide, stlSide)
		if text := tooLarge(size); text != "" {
			return nil, wrong("limit", fmt.Sprintf("%d images of %s: %s", n, s.name, text), fmt.Sprintf("set data.limit; up to %d images have labels", labelled))
		}
		im.Pixels, im.Labels = make([]uint8, int(size)), make([]int, n)
		for i := range im.Labels {
			im.Labels[i] = -1
		}
	}
	train := set.Train.part(0, labelled)
	rest := set.Train.part(labelled, labelled+unlabelled)
	err := s.visit(func(m member) (err error) {
		switch m.name {
		case "train_X.bin":
			err = train.stlImages(m)
		case "unlabeled_X.bin":
			err = rest.stlImages(m)
		case "test_X.bin":
			err = set.Test.stlImages(m)
		case "train_y.bin":
			err = train.stlLabels(m)
		case "test_y.bin":
			err = set.Test.stlLabels(m)
		case "class_names.txt":
			b, e := m.content()
			set.Names, err = nonEmptyLines(b), e
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"train_y.bin", "test_X.bin", "test_y.bin"} {
		if sizes[name] == 0 {
			return nil, fmt.Errorf("%s: %s is missing; expected %s", s.name, name, stl10Reader().Files)
		}
	}
	return set, nil
}

// stlImages fills all images: planes of red, green and blue, each column by column.
func (im *Images) stlImages(m member) error {
	if n, err := io.ReadFull(m.r, im.Pixels); err != nil && len(im.Pixels) > 0 {
		return fmt.Errorf("%s: found %d of %d bytes (%w); fetch the file again", m.path, n, len(im.Pixels), err)
	}
	interleave(im.Pixels, 3, stlSide*stlSide)
	im.transpose()
	return nil
}

// stlLabels fills all labels, which count from 1.
func (im *Images) stlLabels(m member) error {
	b, err := m.content()
	if err != nil {
		return err
	}
	if len(b) != im.Len() {
		return fmt.Errorf("%s: %d labels for %d images; fetch the file again", m.path, len(b), im.Len())
	}
	const classes = 10
	for i, c := range b {
		if c < 1 || c > classes {
			return fmt.Errorf("%s: image %d has label %d, expected 1 to %d; fetch the file again", m.path, i, c, classes)
		}
		im.Labels[i] = int(c) - 1
	}
	return nil
}
