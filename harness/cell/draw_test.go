package cell

import (
	"testing"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
	"protobench/methods/part"
)

// colours notes the first values of the images whose features are asked for.
type colours struct {
	*fixture.Fake
	seen map[float32]int
}

func (c colours) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	for at := 0; at < len(images); at += 48 {
		c.seen[images[at]]++
	}
	return c.Fake.Features(b, images)
}

// inClassOrder has three classes of n images each, one after the other, each of one colour.
func inClassOrder(n int) *datasets.Set {
	set := fixture.Noise()
	im := datasets.Images{Height: 4, Width: 4, Channels: 3}
	for c := range 3 {
		for range n {
			im.Labels = append(im.Labels, c)
			for range 48 {
				im.Pixels = append(im.Pixels, uint8(80*c))
			}
		}
	}
	set.Train, set.Classes = im, 3
	return set
}

// Curves that are measured on some images see every class, also where files have them in order.
func TestCurvesAreOfEveryClass(t *testing.T) {
	j, seen := &Job{Cell: sweep.Cell{Settings: sweep.Defaults()}}, map[float32]int{}
	j.Cell.Settings.MustSetAll(map[string]any{"train.batch": 8, "evaluate.usage_images": 12})
	b, err := newBatches(inClassOrder(20), &j.Cell)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newArmTrainee(colours{fixture.NewFake(j.Cell.Config()), seen}, j, b).measure(); err != nil {
		t.Fatal(err)
	}
	for colour, n := range seen {
		if n != 4 {
			t.Errorf("%d images of colour %v", n, colour)
		}
	}
	if len(seen) != 3 {
		t.Errorf("images of %d classes", len(seen))
	}
}

// So do the views that some metrics compare.
func TestViewsAreOfEveryClass(t *testing.T) {
	cell := sweep.Cell{Settings: sweep.Defaults()}
	cell.Settings.MustSetAll(map[string]any{"train.batch": 8, "augment.jitter_prob": 0.0, "augment.grayscale": 0.0, "augment.blur": 0.0})
	b, err := newBatches(inClassOrder(viewedImages), &cell)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float32]int{}
	v, err := b.viewed(t.Context(), 0, func(images []float32) (backbone, embedding []float32, err error) {
		for at := 0; at < len(images); at += 48 {
			seen[images[at]]++
			backbone, embedding = append(backbone, 1), append(embedding, 1)
		}
		return backbone, embedding, nil
	})
	if err != nil || v.Features.Rows != viewedImages*viewsPerImage || len(seen) != 3 {
		t.Errorf("%d views of %d classes, %v", v.Features.Rows, len(seen), err)
	}
}
