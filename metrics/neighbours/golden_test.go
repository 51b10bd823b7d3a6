package neighbours

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenNeighbours(t *testing.T) {
	t.Run("metrics_knn", func(t *testing.T) {
		f := golden.Load(t, "metrics_knn")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		nearest := fixture.KeysOf(t, f.Expected, "neighbours_top")[0]
		near := Of(nil, train.Normalised(), test.Normalised(), int(nearest.Number), nil)
		var index []int
		var cosine []float32
		for _, l := range near {
			for _, n := range l {
				index, cosine = append(index, n.Index), append(cosine, n.Cosine)
			}
		}
		fixture.Equal(t, "neighbours", index, fixture.IntsAt(t, f.Expected, nearest.Key))
		golden.Check(t, f, "similarities", cosine, golden.At(t, f.Expected, fixture.KeysOf(t, f.Expected, "similarities_top")[0].Key))
	})
}
