package harness

import (
	"math"
	"testing"
)

// Crops and flips change nothing in an image of one colour, so each run of views holds its image's
// colour; views of other images would show.
func TestViewsOfAnImageAreARun(t *testing.T) {
	set, settings := testSet(), Defaults()
	settings.Train.Batch, settings.Augment.JitterProb, settings.Augment.Grayscale, settings.Augment.Blur = 8, 0, 0, 0
	for i := range set.Train.Pixels {
		set.Train.Pixels[i] = uint8(5 * (i / 48))
	}
	b, err := newBatches(set, &settings, 0)
	if err != nil {
		t.Fatal(err)
	}
	first := func(images []float32) (backbone, embedding []float32, err error) {
		for at := 0; at < len(images); at += 48 {
			backbone, embedding = append(backbone, images[at]), append(embedding, images[at+1], images[at+2])
		}
		return backbone, embedding, nil
	}
	v, err := b.viewed(t.Context(), 100, first)
	if err != nil || v.Features.Rows != 400 || v.Embeddings.Rows != 400 || v.Embeddings.Cols != 2 || v.PerImage != 10 {
		t.Fatalf("%d features, %d embeddings, %v", v.Features.Rows, v.Embeddings.Rows, err)
	}
	for row := range 400 {
		want := (float64(5*(row/10))/255 - 0.5) / 0.3
		if got := float64(v.Features.Row(row)[0]); math.Abs(got-want) > 1e-5 {
			t.Fatalf("row %d is %v, want %v of image %d", row, got, want, row/10)
		}
	}
}
