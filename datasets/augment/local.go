package augment

import (
	"fmt"

	"protobench/datasets"
	"protobench/internal/setting"
	"protobench/internal/stream"
)

// Locals makes the local crops of multi-crop (Caron et al. 2020, sec. 3.2): small regions in a
// small size, with the same colour recipe as the views. Their draws come from streams of their own,
// so that views stay as they are without them. It holds its scratch memory: one goroutine at a
// time.
type Locals struct {
	crops int
	a     Augmenter // of views that cover less and are smaller
}

// Locals returns what makes the given number of local crops of an image, each of shape out. Where a
// setting is at fault, the error is a *setting.KeyError.
func (a *Augmenter) Locals(crops int, out Input) (*Locals, error) {
	if crops > 0 {
		if wrong := a.cfg.Check(true); len(wrong) > 0 {
			return nil, wrong[0]
		}
		if out.Height < 1 || out.Width < 1 || out.Height > a.in.Height || out.Width > a.in.Width || out.Channels != a.in.Channels {
			return nil, &setting.KeyError{
				Key: "train.local_size", Found: fmt.Sprintf("crops of %d×%d pixels of images of %d×%d", out.Height, out.Width, a.in.Height, a.in.Width),
				Remedy: "take 1 pixel to the image's side",
			}
		}
	}
	l := &Locals{crops: crops, a: *a}
	l.a.cfg.CropMin, l.a.cfg.CropMax = a.cfg.LocalMin, a.cfg.LocalMax
	l.a.out, l.a.work = out, newScratch(a.in, out)
	return l, nil
}

// Len returns the number of values of n images' crops.
func (l *Locals) Len(n int) int { return l.crops * n * l.a.out.size() }

// Crops writes the local crops of every image set[order[i]] into dst, [crops·B,h,w,C]: crop by
// crop, each in the order of order. Crop c of image i draws only from the stream of (seed, epoch, i,
// c): more crops leave the first ones as they are.
func (l *Locals) Crops(dst []float32, set *datasets.Images, order []int, seed uint64, epoch int) {
	l.a.check(len(dst), l.Len(len(order)), set)
	n, size := len(order), l.a.out.size()
	for i, index := range order {
		for c := range l.crops {
			at := (c*n + i) * size
			stream.Seed(l.a.work.source, seed, "local-crops", uint64(epoch), uint64(index), uint64(c))
			l.a.work.one(dst[at:at+size], set.Image(index), &l.a)
		}
	}
}
