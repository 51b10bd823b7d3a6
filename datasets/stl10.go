package datasets

import (
	"fmt"
	"io"
	"slices"

	"protobench/datasets/fetch"
	"protobench/datasets/files"
)

// stlSide is the side of STL-10's images, which have three channels.
const stlSide = 96

// stl10Reader reads STL-10 (Coates, Lee and Ng 2011): few labelled images, and many without labels
// to learn from. The unlabelled ones stand behind the labelled ones; those that data.limit leaves out
// are not held in memory.
func stl10Reader() reader {
	return reader{
		Info: Info{
			Name: "stl10", Doc: "10 kinds of animals and vehicles, 96×96 RGB, 5,000 training images, 100,000 unlabelled ones, 8,000 test images",
			Files:  "train_X.bin, train_y.bin, test_X.bin, test_y.bin, unlabeled_X.bin where it is wanted; their folder, or stl10_binary.tar.gz as it is",
			Source: "https://cs.stanford.edu/~acoates/stl10", Size: "2.5 GiB", Licence: "none given; images from ImageNet, for research",
		},
		home:      true,
		downloads: []fetch.Download{{URL: "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", File: "stl10_binary.tar.gz", MD5: "91f7769df0f17e558f3565bffb0c7dfb", Size: 2640397119}},
		recognise: func(p *files.Location) string {
			for _, name := range []string{"train_X.bin", "stl10_binary/train_X.bin", "stl10_binary.tar.gz"} {
				if p.Has(name) {
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

func readSTL10(o Options, p *files.Location) (*Set, error) {
	for _, s := range p.Sources([]string{"stl10_binary"}, []string{"stl10_binary.tar.gz"}, stlWanted) {
		sizes, err := stlSizes(s)
		if err != nil {
			return nil, err
		}
		if sizes["train_X.bin"] > 0 {
			return readSTLFrom(o, s, sizes)
		}
	}
	return nil, fmt.Errorf("%s: no file of STL-10 is there (found %s); expected %s", p.Path, files.Few(p.Names()), stl10Reader().Files)
}

// stlSizes are the numbers of images of the files, and of their labels.
func stlSizes(s files.Source) (map[string]int, error) {
	sizes := map[string]int{}
	const image = 3 * stlSide * stlSide
	err := s.Visit(func(m files.Member) error {
		if float64(m.Size) > m.Warranted {
			return fmt.Errorf("%s: says it has %s, more than the file can hold; fetch it again", m.Path, files.BytesText(float64(m.Size)))
		}
		if m.Name[len(m.Name)-5] != 'X' {
			sizes[m.Name] = int(m.Size)
			return nil
		}
		if m.Size == 0 || m.Size%image != 0 {
			head, _ := io.ReadAll(io.LimitReader(m.Body, 64))
			return fmt.Errorf("%s: %d bytes (%s), expected a whole number of images of %d; fetch the file again", m.Path, m.Size, files.LooksLike(head), image)
		}
		sizes[m.Name] = int(m.Size / image)
		return nil
	})
	return sizes, err
}

// readSTLFrom reads the files into memory that is asked for once.
func readSTLFrom(o Options, s files.Source, sizes map[string]int) (*Set, error) {
	labelled, unlabelled := sizes["train_X.bin"], sizes["unlabeled_X.bin"]
	if o.Limit > 0 {
		unlabelled = min(unlabelled, max(0, o.Limit-labelled))
	}
	chosen := drawnOf(sizes["unlabeled_X.bin"], unlabelled, uint64(o.DrawSeed), drawLimit, 0)
	set := &Set{Flip: true, Found: fmt.Sprintf("STL-10 in %s, %d unlabelled images", s.Name, unlabelled)}
	for im, n := range map[*Images]int{&set.Train: labelled + unlabelled, &set.Test: sizes["test_X.bin"]} {
		*im = Images{Height: stlSide, Width: stlSide, Channels: 3}
		size := files.Product(n, 3, stlSide, stlSide)
		if text := files.TooLarge(size); text != "" {
			return nil, wrong("limit", fmt.Sprintf("%d images of %s: %s", n, s.Name, text), fmt.Sprintf("set data.limit; up to %d images have labels", labelled))
		}
		im.Pixels, im.Labels = make([]uint8, int(size)), make([]int, n)
		for i := range im.Labels {
			im.Labels[i] = -1
		}
	}
	train := set.Train.part(0, labelled)
	rest := set.Train.part(labelled, labelled+unlabelled)
	err := s.Visit(func(m files.Member) (err error) {
		switch m.Name {
		case "train_X.bin":
			err = train.stlImages(m, nil)
		case "unlabeled_X.bin":
			err = rest.stlImages(m, chosen)
		case "test_X.bin":
			err = set.Test.stlImages(m, nil)
		case "train_y.bin":
			err = train.stlLabels(m)
		case "test_y.bin":
			err = set.Test.stlLabels(m)
		case "class_names.txt":
			b, e := m.Content()
			set.Names, err = nonEmptyLines(b), e
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"train_y.bin", "test_X.bin", "test_y.bin"} {
		if sizes[name] == 0 {
			return nil, fmt.Errorf("%s: %s is missing; expected %s", s.Name, name, stl10Reader().Files)
		}
	}
	return set, nil
}

// stlImages fills all images with the chosen ones of a file (nil: all): planes of red, green and
// blue, each column by column.
func (im *Images) stlImages(m files.Member, chosen []bool) error {
	const size = 3 * stlSide * stlSide
	passed, at := make([]byte, size), 0
	for i := range int(m.Size / size) {
		to := passed
		if chosen == nil || chosen[i] {
			to = im.Image(at)
			at++
		}
		if n, err := io.ReadFull(m.Body, to); err != nil {
			return fmt.Errorf("%s: found %d of %d bytes (%w); fetch the file again", m.Path, i*size+n, m.Size, err)
		}
	}
	files.Interleave(im.Pixels, 3, stlSide*stlSide)
	im.transpose()
	return nil
}

// stlLabels fills all labels, which count from 1.
func (im *Images) stlLabels(m files.Member) error {
	b, err := m.Content()
	if err != nil {
		return err
	}
	if len(b) != im.Len() {
		return fmt.Errorf("%s: %d labels for %d images; fetch the file again", m.Path, len(b), im.Len())
	}
	const classes = 10
	for i, c := range b {
		if c < 1 || c > classes {
			return fmt.Errorf("%s: image %d has label %d, expected 1 to %d; fetch the file again", m.Path, i, c, classes)
		}
		im.Labels[i] = int(c) - 1
	}
	return nil
}
