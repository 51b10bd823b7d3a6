package datasets

import (
	"crypto/sha256"
	"math/bits"
	"slices"

	"protobench/datasets/encoded"
)

// Verdict is what [Verify] found in a set.
type Verdict struct {
	Name        string       `json:"name"`
	Found       string       `json:"found,omitempty"`
	Height      int          `json:"height"`
	Width       int          `json:"width"`
	Channels    int          `json:"channels"`
	Classes     int          `json:"classes"`
	FineClasses int          `json:"fine_classes"`
	Names       []string     `json:"names,omitempty"`
	Mean        []float32    `json:"mean"` // per channel over the training images, on the scale 0..1
	Std         []float32    `json:"std"`
	Train       SplitVerdict `json:"train"`
	Test        SplitVerdict `json:"test"`
	Shared      Duplicates   `json:"shared"` // test images that training has too
	Warnings    []string     `json:"warnings,omitempty"`
	Fingerprint string       `json:"fingerprint"`
}

// SplitVerdict is what was found in one split.
type SplitVerdict struct {
	Images     int        `json:"images"`
	Unlabelled int        `json:"unlabelled"`
	Counts     []int      `json:"counts"`   // images of each class
	Few        []int      `json:"few"`      // classes with fewer than two images
	Constant   []int      `json:"constant"` // images of one colour, by their place
	Duplicates Duplicates `json:"duplicates"`
}

// Duplicates counts images that repeat another: to the bit, or nearly, by a difference hash of 64
// bits of which at most two differ, and pixels that differ by at most 8 of 255 levels in the mean.
// The hash alone takes any two things on a flat ground for one.
type Duplicates struct {
	Exact    int      `json:"exact"`
	Near     int      `json:"near"`               // those that are exact are not counted again
	Labels   int      `json:"labels"`             // of the exact ones, those with another label
	Examples [][2]int `json:"examples,omitempty"` // some exact ones: the image and the one that it repeats
}

// nearBits is how many bits of their difference hashes near duplicates differ in at most.
const nearBits = 2

// nearLevels is how far the pixels of near duplicates lie apart in the mean, of 255.
const nearLevels = 8

// mostExamples is how many duplicates are named.
const mostExamples = 10

// Verify looks at every image of a set once.
func Verify(s *Set) Verdict {
	train, test := printsOf(&s.Train), printsOf(&s.Test)
	v := Verdict{
		Name: s.Name, Found: s.Found, Height: s.Train.Height, Width: s.Train.Width, Channels: s.Train.Channels, Classes: s.Classes, FineClasses: s.FineClasses,
		Names: s.Names, Mean: s.Mean[:s.Train.Channels], Std: s.Std[:s.Train.Channels], Warnings: s.Warnings, Fingerprint: s.Fingerprint,
		Train: s.Train.verdict(s.Classes, train), Test: s.Test.verdict(s.Classes, test),
	}
	v.Shared = repeats(train, &s.Train, test, &s.Test)
	return v
}

func (im *Images) verdict(classes int, prints []imagePrint) SplitVerdict {
	v := SplitVerdict{Images: im.Len(), Unlabelled: im.Len() - im.labelled(), Counts: im.Counts(classes), Few: []int{}, Constant: []int{}}
	for c, n := range v.Counts {
		if n < 2 {
			v.Few = append(v.Few, c)
		}
	}
	for i, p := range prints {
		if p.constant {
			v.Constant = append(v.Constant, i)
		}
	}
	v.Duplicates = repeats(nil, im, prints, im)
	return v
}

// imagePrint is what tells images apart.
type imagePrint struct {
	sum        [sha256.Size]byte
	difference uint64
	constant   bool
}

func printsOf(im *Images) []imagePrint {
	out := make([]imagePrint, im.Len())
	for i := range out {
		pix := im.Image(i)
		out[i] = imagePrint{sha256.Sum256(pix), im.differenceHash(i), isConstant(pix, im.Channels)}
	}
	return out
}

func isConstant(pix []uint8, channels int) bool {
	for i := channels; i < len(pix); i++ {
		if pix[i] != pix[i-channels] {
			return false
		}
	}
	return true
}

// differenceHash scales an image to 9×8 gray pixels and notes which are brighter than their right
// neighbours.
func (im *Images) differenceHash(i int) uint64 {
	pix := im.Image(i)
	gray := &encoded.Raster{Width: im.Width, Height: im.Height, Channels: 1, Pix: pix}
	if im.Channels == 3 {
		gray.Pix = make([]uint8, im.Width*im.Height)
		for at := range gray.Pix {
			gray.Pix[at] = uint8((299*int(pix[3*at]) + 587*int(pix[3*at+1]) + 114*int(pix[3*at+2])) / 1000)
		}
	}
	const columns, rows = 9, 8
	small := gray.Resize(columns, rows)
	var hash uint64
	for y := range rows {
		for x := range columns - 1 {
			hash <<= 1
			if small.Pix[y*columns+x] > small.Pix[y*columns+x+1] {
				hash |= 1
			}
		}
	}
	return hash
}

// repeats counts the images that repeat one of before, or one that stands before themselves where
// before is nil. Constant images are not compared by their difference hashes: they have none.
func repeats(before []imagePrint, beforeImages *Images, prints []imagePrint, images *Images) Duplicates {
	var d Duplicates
	seen := map[[sha256.Size]byte]int{}
	near := newNeighbours(beforeImages)
	for i, p := range before {
		if _, there := seen[p.sum]; !there {
			seen[p.sum] = i
		}
		near.add(p, i)
	}
	for i, p := range prints {
		switch first, there := seen[p.sum]; {
		case there:
			d.Exact++
			if images.Labels[i] != beforeImages.Labels[first] {
				d.Labels++
			}
			if len(d.Examples) < mostExamples {
				d.Examples = append(d.Examples, [2]int{i, first})
			}
			continue
		case near.has(p, images.Image(i)):
			d.Near++
		}
		if before == nil {
			seen[p.sum] = i
			near.add(p, i)
		}
	}
	return d
}

// neighbours finds images whose hashes differ in few bits: two that differ in two bits at most have
// two of four quarters in common, so that it is enough to look among those that share one of any
// three.
type neighbours struct {
	images   *Images
	known    map[uint64][]int // images by their hash, a few of each
	quarters [3]map[uint16][]uint64
}

// mostAlike is how many images of one hash are kept: on flat grounds many share one.
const mostAlike = 16

func newNeighbours(images *Images) *neighbours {
	n := &neighbours{images: images, known: map[uint64][]int{}}
	for q := range n.quarters {
		n.quarters[q] = map[uint16][]uint64{}
	}
	return n
}

func quarter(hash uint64, q int) uint16 { return uint16(hash >> (16 * q)) }

// add takes image i among those that later ones are compared with.
func (n *neighbours) add(p imagePrint, i int) {
	same := n.known[p.difference]
	if p.constant || len(same) == mostAlike {
		return
	}
	n.known[p.difference] = append(same, i)
	if len(same) > 0 {
		return
	}
	for q := range n.quarters {
		key := quarter(p.difference, q)
		n.quarters[q][key] = append(n.quarters[q][key], p.difference)
	}
}

// has reports whether an image is nearly one that was added.
func (n *neighbours) has(p imagePrint, pix []uint8) bool {
	if p.constant {
		return false
	}
	alike := func(hash uint64) bool {
		return slices.ContainsFunc(n.known[hash], func(i int) bool { return meanDifference(n.images.Image(i), pix) <= nearLevels })
	}
	if alike(p.difference) {
		return true
	}
	for q := range n.quarters {
		for _, other := range n.quarters[q][quarter(p.difference, q)] {
			if other != p.difference && bits.OnesCount64(p.difference^other) <= nearBits && alike(other) {
				return true
			}
		}
	}
	return false
}

// meanDifference is that of the pixels' levels.
func meanDifference(a, b []uint8) int {
	sum := 0
	for i, v := range a {
		sum += max(int(v), int(b[i])) - min(int(v), int(b[i]))
	}
	return sum / len(a)
}
