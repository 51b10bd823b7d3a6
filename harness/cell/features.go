package cell

import (
	"context"

	"protobench/datasets"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// features extracts what metrics see of a network: its features of all splits and its embeddings
// of the training images. extra adds augmented views.
func (r *Run) features(ctx context.Context, f extractor, extra bool) (*metric.Input, error) {
	set, b := r.set, r.batches
	in := &metric.Input{Seed: r.job.Cell.Seed, Team: r.with.Team, Stop: func() bool { return ctx.Err() != nil }}
	in.Coarse, in.Fine, in.TrainY = set.Classes, set.FineClasses, set.Train.Labels
	var err error
	if in.Train, in.Embeddings, err = b.extract(ctx, &set.Train, f); err != nil {
		return nil, err
	}
	in.Probe = splitOf(in.Train, &set.Probe)
	if set.Tailed() {
		in.TailCounts, in.TailBy = set.Train.Counts(set.Classes), metric.TailBy(r.job.Cell.Evaluate().TailParts)
	}
	if set.ProbesApart() {
		if in.Probe.Features, _, err = b.extract(ctx, &set.Probe, f); err != nil {
			return nil, err
		}
	}
	test, _, err := b.extract(ctx, &set.Test, f)
	if err != nil {
		return nil, err
	}
	in.Test = splitOf(test, &set.Test)
	if extra {
		in.Views, err = b.viewed(ctx, r.cadence.epochs, f)
	}
	return in, err
}

func splitOf(x matrix.Matrix, im *datasets.Images) metric.Split {
	return metric.Split{Features: x, Y: im.Labels, FineY: im.Fine}
}

const (
	viewedImages  = 1000 // training images that are seen augmented, drawn the same for all arms
	viewsPerImage = 10
)

// viewed extracts augmented views of training images, drawn like those of the epochs from one on.
func (b *batches) viewed(ctx context.Context, epoch int, f extractor) (metric.Views, error) {
	drawn := b.images.Draw(viewedImages, 0, "viewed-images")
	n := len(drawn)
	size := b.images.Height * b.images.Width * b.images.Channels
	var features, embeddings []float32
	for from := 0; from < n; from += chunk / viewsPerImage {
		indices := drawn[from:min(from+chunk/viewsPerImage, n)]
		runs := make([]float32, len(indices)*viewsPerImage*size)
		pair := make([]float32, 2*len(indices)*size)
		for round := range viewsPerImage / 2 {
			b.augment.Views(pair, b.images, indices, b.seed, epoch+round)
			for v := range 2 {
				for i := range indices {
					at := v*len(indices) + i
					copy(runs[(i*viewsPerImage+2*round+v)*size:], pair[at*size:(at+1)*size])
				}
			}
		}
		x, z, err := f(runs)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return metric.Views{}, err
		}
		features, embeddings = append(features, x...), append(embeddings, z...)
	}
	rows := n * viewsPerImage
	return metric.Views{PerImage: viewsPerImage, Features: matrixOf(features, rows), Embeddings: matrixOf(embeddings, rows)}, nil
}
