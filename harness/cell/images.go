package cell

import (
	"context"

	"protobench/datasets"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics/matrix"
)

// chunk is the number of images that are kept in memory for evaluation at a time: whole batches of
// an evaluation graph.
const chunk = 4 * methods.EvalBatch

// extractor turns images [n,H,W,C] into features [n,F] and embeddings [n,D] (nil where there are
// none).
type extractor func(images []float32) (backbone, embedding []float32, err error)

func branch(t Trainer, b part.Branch) extractor {
	return func(images []float32) ([]float32, []float32, error) { return t.Features(b, images) }
}

// extract runs the first n images, unaugmented, through an extractor; it gives up when ctx ends.
func (b *batches) extract(ctx context.Context, im *datasets.Images, f extractor) (backbone, embedding matrix.Matrix, err error) {
	n, size := im.Len(), im.Height*im.Width*im.Channels
	buffer := make([]float32, min(chunk, n)*size)
	var features, embeddings []float32
	for from := 0; from < n; from += chunk {
		if err := ctx.Err(); err != nil {
			return backbone, embedding, err
		}
		indices := upTo(from, min(from+chunk, n))
		images := buffer[:len(indices)*size]
		b.augment.Plain(images, im, indices)
		x, z, err := f(images)
		if err != nil {
			return backbone, embedding, err
		}
		features, embeddings = append(features, x...), append(embeddings, z...)
	}
	return matrixOf(features, n), matrixOf(embeddings, n), nil
}

func upTo(from, to int) []int {
	indices := make([]int, to-from)
	for i := range indices {
		indices[i] = from + i
	}
	return indices
}

func matrixOf(data []float32, rows int) matrix.Matrix {
	return matrix.Of(rows, len(data)/max(rows, 1), data)
}
