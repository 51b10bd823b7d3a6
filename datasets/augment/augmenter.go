package augment

import (
	"fmt"

	"protobench/datasets"
	"protobench/internal/team"
)

// Input is the shape of one image: rows, columns, channels (1 or 3).
type Input struct{ Height, Width, Channels int }

// size is the number of values of one image.
func (in Input) size() int { return in.Height * in.Width * in.Channels }

// Augmenter turns images into normalised float32 views. It holds its scratch memory: one caller at
// a time.
type Augmenter struct {
	// Noise makes views of vectors: the plain image plus Gaussian noise of this standard deviation,
	// instead of crops and colours.
	Noise float32
	// Team shares the making of views, which stay the same; nil: the caller does it alone.
	Team *team.Team

	recipes Recipes
	in      Input
	filter  filter
	taps    int // of the blur's kernel
	mean    [3]float32
	invert  [3]float32      // 1/std
	plain   [3][256]float32 // normalised value of each 8-bit level, per channel
	global  maker
}

// New returns the augmenter of images of one shape. mean and std are per channel on the scale 0..1
// (the first in.Channels entries are used); flip says whether a horizontal flip keeps the class.
// Where a setting is at fault, the error is a *setting.KeyError.
func New(r Recipes, in Input, mean, std [3]float32, flip bool) (*Augmenter, error) {
	if wrong := r.Check(false); len(wrong) > 0 {
		return nil, wrong[0]
	}
	if in.Height < 1 || in.Width < 1 || (in.Channels != 1 && in.Channels != 3) {
		return nil, fmt.Errorf("augment: images of shape %d×%d×%d are not supported; use 1 or 3 channels", in.Height, in.Width, in.Channels)
	}
	if !flip {
		r.First.Flip, r.Second.Flip, r.Local.Flip = 0, 0, 0
	}
	a := &Augmenter{recipes: r, in: in, filter: filter{r.First.Interpolation == "bicubic", r.First.Antialias}, taps: r.First.BlurKernel, mean: mean}
	if a.taps == 0 {
		a.taps = tenth(in)
	}
	for c := range in.Channels {
		if !(std[c] > 0) {
			return nil, fmt.Errorf("augment: standard deviation of channel %d is %g; it must be above 0", c, std[c])
		}
		a.invert[c] = 1 / std[c]
		for level := range 256 {
			a.plain[c][level] = (unit(uint8(level)) - mean[c]) * a.invert[c]
		}
	}
	a.global = maker{of: a, purpose: "augment", recipes: r.views(), out: in}
	return a, nil
}

// Views writes the two views of every image set[order[i]] into dst, [2·B,H,W,C]: all first views,
// then all second views, in the order of order. View v of image i draws only from the stream of
// (seed, epoch, i, v), so that neither the size nor the order of batches changes a view.
func (a *Augmenter) Views(dst []float32, set *datasets.Images, order []int, seed uint64, epoch int) {
	a.global.all(dst, set, order, seed, epoch)
}

// Plain writes the images set[indices[i]] without augmentation, normalised, into dst, [n,H,W,C].
func (a *Augmenter) Plain(dst []float32, set *datasets.Images, indices []int) {
	a.check(len(dst), len(indices)*a.in.size(), set)
	size, channels := a.in.size(), a.in.Channels
	for i, index := range indices {
		out, image := dst[i*size:(i+1)*size], set.Image(index)
		for c := range channels {
			levels := &a.plain[c]
			for j := c; j < size; j += channels {
				out[j] = levels[image[j]]
			}
		}
	}
}

// check refuses images of another shape, and a destination of another size than what is written.
func (a *Augmenter) check(got, want int, set *datasets.Images) {
	if set.Height != a.in.Height || set.Width != a.in.Width || set.Channels != a.in.Channels {
		panic(fmt.Sprintf("augment: images are %d×%d×%d, the augmenter is made for %d×%d×%d",
			set.Height, set.Width, set.Channels, a.in.Height, a.in.Width, a.in.Channels))
	}
	if got != want {
		panic(fmt.Sprintf("augment: destination holds %d values, the images need %d", got, want))
	}
}
