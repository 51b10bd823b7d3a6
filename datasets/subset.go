package datasets

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"

	"protobench/datasets/files"
	"protobench/internal/stream"
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

// holdOut cuts the last floor(share·n) images off a training split, as a split to choose settings
// on.
func holdOut(im *Images, share float64) (train, validation Images, err error) {
	n := im.Len()
	held := int(float64(share*float64(n)) + 1e-9) // 0.29 of 100 images is 29, whatever 0.29 is in binary
	if held == 0 {
		return train, validation, wrong("validation", fmt.Sprintf("%g of %d training images is not one image", share, n), "raise the share or the number of images")
	}
	return im.part(0, n-held), im.part(n-held, n), nil
}

// longTail thins a split to the profile that the options name. The order of the images that stay is
// kept; those of each class are the first ones, one at least. Images without a class are part of no
// tail.
func longTail(im *Images, classes int, o Options) (Images, error) {
	if o.Imbalance == 1 || classes < 2 {
		return *im, nil
	}
	room := im.Counts(classes)
	for c, rank := range ranks(classes, o.TailSeed) {
		share := tailShare(o.Tail, rank, classes, o.Imbalance)
		room[c] = min(room[c], max(1, int(math.Round(float64(float64(room[c])*share)))))
	}
	return im.thin(room, "imbalance")
}

// ranks are the classes' places from the most frequent to the rarest: their labels, or an order
// drawn by a seed.
func ranks(classes, seed int) []int {
	if seed > 0 {
		return stream.New(uint64(seed), "long-tail").Perm(classes)
	}
	out := make([]int, classes)
	for c := range out {
		out[c] = c
	}
	return out
}

// tailShare is the share of its images that the class of a rank keeps: 1 for rank 0, 1/imbalance
// for the last. exponential is imbalance^(-rank/(C-1)) (Cui et al. 2019, "Class-balanced loss",
// 6.1); pareto falls as a power of the rank, (rank+1)^(-ln(imbalance)/ln(C)); step is 1/imbalance
// for the rarer half (Buda et al. 2018).
func tailShare(profile string, rank, classes int, imbalance float64) float64 {
	switch {
	case profile == "pareto":
		return math.Pow(float64(rank+1), -math.Log(imbalance)/math.Log(float64(classes)))
	case profile == "step" && rank < (classes+1)/2:
		return 1
	case profile == "step":
		return 1 / imbalance
	}
	return math.Pow(imbalance, -float64(rank)/float64(classes-1))
}

// perClass keeps the first n images of each class.
func perClass(im *Images, classes, n int) (Images, error) {
	if n == 0 {
		return *im, nil
	}
	room := im.Counts(classes)
	for c := range room {
		room[c] = min(room[c], n)
	}
	return im.thin(room, "per_class")
}

// thin keeps the first images of each class, as many as there is room for, and those without a
// class. key is the setting that asks for it.
func (im *Images) thin(room []int, key string) (Images, error) {
	var keep []int
	for i, c := range im.Labels {
		switch {
		case c < 0:
			keep = append(keep, i)
		case room[c] > 0:
			room[c]--
			keep = append(keep, i)
		}
	}
	if text := files.TooLarge(files.Product(len(keep), im.Height, im.Width, im.Channels)); text != "" {
		return Images{}, wrong(key, fmt.Sprintf("a copy of the %d images that stay %s", len(keep), text), "use fewer images")
	}
	return im.pick(keep), nil
}

// withLabels returns the images that have a label: all of them, in the same memory, where none
// lacks one.
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
