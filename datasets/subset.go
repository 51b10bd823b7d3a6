package datasets

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
)

// first returns the first n images (n = 0, or more than there are: all), sharing their memory.
func (im *Images) first(n int) Images {
	if n == 0 || n >= im.Len() {
		return *im
	}
	return im.part(0, n)
}

// part returns the images from a up to b, sharing their memory.
func (im *Images) part(a, b int) Images {
	out, size := *im, im.Height*im.Width*im.Channels
	out.Pixels, out.Labels = im.Pixels[a*size:b*size], im.Labels[a:b]
	if im.Fine != nil {
		out.Fine = im.Fine[a:b]
	}
	if im.Sums != nil {
		out.Sums = im.Sums[a*sha256.Size : b*sha256.Size]
	}
	return out
}

// holdOut cuts the last floor(share·n) images off a training split, as a split to choose settings on.
func holdOut(im *Images, share float64) (train, validation Images, err error) {
	n := im.Len()
	held := int(float64(share*float64(n)) + 1e-9) // 0.29 of 100 images is 29, whatever 0.29 is in binary
	if held == 0 {
		return train, validation, wrong("validation", fmt.Sprintf("%g of %d training images is not one image", share, n), "", "raise the share or the number of images")
	}
	return im.part(0, n-held), im.part(n-held, n), nil
}

// longTail thins a split to an exponential profile over the classes in label order (Cui et al. 2019,
// "Class-balanced loss", 6.1): class c of C keeps the first imbalance^(-c/(C-1)) of its images, rounded, and at
// least one. The order of the images that stay is kept.
func longTail(im *Images, classes int, imbalance float64) Images {
	if imbalance == 1 || classes < 2 {
		return *im
	}
	room := im.Counts(classes)
	for c := range room {
		share := math.Pow(imbalance, -float64(c)/float64(classes-1))
		room[c] = min(room[c], max(1, int(math.Round(float64(room[c])*share))))
	}
	var keep []int
	for i, c := range im.Labels {
		switch {
		case c < 0: // without a class, part of no tail
			keep = append(keep, i)
		case room[c] > 0:
			room[c]--
			keep = append(keep, i)
		}
	}
	return im.pick(keep)
}

// withLabels returns the images that have a label: all of them, in the same memory, where none lacks one.
func (im *Images) withLabels() Images {
	n := im.labelled()
	if n == im.Len() {
		return *im
	}
	if !slices.ContainsFunc(im.Labels[:n], func(c int) bool { return c < 0 }) { // the unlabelled ones stand at the end
		return im.part(0, n)
	}
	var keep []int
	for i, c := range im.Labels {
		if c >= 0 {
			keep = append(keep, i)
		}
	}
	return im.pick(keep)
}

// pick copies the images at the given indices, in their order.
func (im *Images) pick(indices []int) Images {
	out := Images{Height: im.Height, Width: im.Width, Channels: im.Channels}
	out.Pixels = make([]uint8, 0, len(indices)*im.Height*im.Width*im.Channels)
	for _, i := range indices {
		out.Pixels = append(out.Pixels, im.Image(i)...)
		out.Labels = append(out.Labels, im.Labels[i])
		if im.Fine != nil {
			out.Fine = append(out.Fine, im.Fine[i])
		}
		if im.Sums != nil {
			out.Sums = append(out.Sums, im.Sums[i*sha256.Size:][:sha256.Size]...)
		}
	}
	return out
}
