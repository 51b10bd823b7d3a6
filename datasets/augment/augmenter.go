package augment

import (
	"fmt"
	"math/rand/v2"

	"protobench/datasets"
	"protobench/internal/stream"
)

// Input is the shape of one image: rows, columns, channels (1 or 3).
type Input struct{ Height, Width, Channels int }

// size is the number of values of one image.
func (in Input) size() int { return in.Height * in.Width * in.Channels }

// Augmenter turns images into normalised float32 views. It holds its scratch memory: one goroutine
// at a time.
type Augmenter struct {
	// Noise makes views of vectors: the plain image plus Gaussian noise of this standard deviation,
	// instead of crops and colours.
	Noise float32

	cfg    Config
	in     Input
	out    Input // shape of a view: in, or that of a local crop
	mean   [3]float32
	invert [3]float32      // 1/std
	plain  [3][256]float32 // normalised value of each 8-bit level, per channel
	work   scratch
}

// scratch is what the making of one view needs: a generator and buffers. Views made on several
// goroutines need one each and nothing else of their own.
type scratch struct {
	source       *rand.PCG
	draws        *rand.Rand
	image        []float32 // [H,W,C]
	wide         []float32 // [C,H,the view's W], and whatever else is needed later
	view         []float32 // [C,h,w]: colours are in planes until the view is done
	across, down axis
}

// New returns the augmenter of images of one shape. mean and std are per channel on the scale 0..1
// (the first in.Channels entries are used); flip says whether a horizontal flip keeps the class.
// Where a setting is at fault, the error is a *setting.KeyError.
func New(cfg Config, in Input, mean, std [3]float32, flip bool) (*Augmenter, error) {
	if wrong := cfg.Check(false); len(wrong) > 0 {
		return nil, wrong[0]
	}
	if in.Height < 1 || in.Width < 1 || (in.Channels != 1 && in.Channels != 3) {
		return nil, fmt.Errorf("augment: images of shape %d×%d×%d are not supported; use 1 or 3 channels", in.Height, in.Width, in.Channels)
	}
	if !flip {
		cfg.Flip = 0
	}
	a := &Augmenter{cfg: cfg, in: in, out: in, mean: mean, work: newScratch(in, in)}
	for c := range in.Channels {
		if !(std[c] > 0) {
			return nil, fmt.Errorf("augment: standard deviation of channel %d is %g; it must be above 0", c, std[c])
		}
		a.invert[c] = 1 / std[c]
		for level := range 256 {
			a.plain[c][level] = (unit(uint8(level)) - mean[c]) * a.invert[c]
		}
	}
	return a, nil
}

func newScratch(in, out Input) scratch {
	s := scratch{source: rand.NewPCG(0, 0)}
	s.draws = rand.New(s.source)
	s.image, s.wide, s.view = make([]float32, in.size()), make([]float32, in.Height*out.Width*in.Channels), make([]float32, out.size())
	return s
}

// Views writes the two views of every image set[order[i]] into dst, [2·B,H,W,C]: all first views,
// then all second views, in the order of order. View v of image i draws only from the stream of
// (seed, epoch, i, v), so that neither the size nor the order of batches changes a view.
func (a *Augmenter) Views(dst []float32, set *datasets.Images, order []int, seed uint64, epoch int) {
	a.check(len(dst), 2*len(order)*a.in.size(), set)
	n, size := len(order), a.in.size()
	for i, index := range order {
		for v := range 2 {
			at := (v*n + i) * size
			stream.Seed(a.work.source, seed, "augment", uint64(epoch), uint64(index), uint64(v))
			a.work.one(dst[at:at+size], set.Image(index), a)
		}
	}
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

// one makes a single view: crop and flip, colour jitter, grayscale, blur, normalisation, in SwAV's
// order.
func (s *scratch) one(dst []float32, image []uint8, a *Augmenter) {
	if a.Noise > 0 {
		s.noisy(dst, image, a)
		return
	}
	p := sample(s.draws, &a.cfg, a.in)
	s.resizedCrop(s.view, image, a.in, a.out, p.crop, p.flip)
	if p.jitter {
		jitter(s.view, a.in.Channels, p.order, p.factor, s.wide)
	}
	if p.gray {
		grayscale(s.view, a.in.Channels)
	}
	if p.sigma > 0 {
		k := kernel3(p.sigma)
		blur(s.view, s.view, s.wide, a.out, k[:], k[:])
	}
	normalize(dst, s.view, a.in.Channels, a.mean, a.invert)
}
