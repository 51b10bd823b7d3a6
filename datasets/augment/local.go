package augment

import (
	"fmt"
	"slices"

	"protobench/datasets"
	"protobench/internal/setting"
)

// Locals makes the local crops of multi-crop (Caron et al. 2020, sec. 3.2): small regions in a
// small size, by the recipe of the first view unless [Local] says otherwise. Their draws come from
// streams of their own, so that views stay as they are without them. It shares its augmenter's
// team.
type Locals struct{ maker maker }

// Locals returns what makes the given number of local crops of an image, each of shape out. Where a
// setting is at fault, the error is a *setting.KeyError.
func (a *Augmenter) Locals(crops int, out Input) (*Locals, error) {
	if crops > 0 {
		if wrong := a.recipes.Check(true); len(wrong) > 0 {
			return nil, wrong[0]
		}
		if out.Height < 1 || out.Width < 1 || out.Height > a.in.Height || out.Width > a.in.Width || out.Channels != a.in.Channels {
			return nil, &setting.KeyError{
				Key: "train.local_size", Found: fmt.Sprintf("crops of %d×%d pixels of images of %d×%d", out.Height, out.Width, a.in.Height, a.in.Width),
				Remedy: "take 1 pixel to the image's side",
			}
		}
	}
	return &Locals{maker{of: a, purpose: "local-crops", recipes: slices.Repeat([]Config{a.recipes.local()}, crops), out: out}}, nil
}

// Len returns the number of values of n images' crops.
func (l *Locals) Len(n int) int { return len(l.maker.recipes) * n * l.maker.out.size() }

// Crops writes the local crops of every image set[order[i]] into dst, [crops·B,h,w,C]: crop by
// crop, each in the order of order. Crop c of image i draws only from the stream of (seed, epoch, i,
// c): more crops leave the first ones as they are.
func (l *Locals) Crops(dst []float32, set *datasets.Images, order []int, seed uint64, epoch int) {
	l.maker.all(dst, set, order, seed, epoch)
}
