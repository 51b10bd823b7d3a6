package probe

import (
	"fmt"
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenKNN(t *testing.T) {
	t.Run("metrics_knn", func(t *testing.T) {
		f := golden.Load(t, "metrics_knn")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY, testY := fixture.IntsAt(t, f.Inputs, "train_labels"), fixture.IntsAt(t, f.Inputs, "test_labels")
		classes := int(fixture.NumberAt(t, f.Params, "classes"))
		for _, k := range golden.Ints(golden.At(t, f.Params, "k")) {
			key := fmt.Sprintf("k%d", k)
			r := KNN(nil, train, trainY, test, testY, KNNOptions{K: k, Tau: fixture.NumberAt(t, f.Params, "T"), Classes: classes, Scores: true})
			fixture.Equal(t, key+" predictions", r.Predictions, fixture.IntsAt(t, f.Expected, "predictions", key))
			fixture.Check(t, f, key+" accuracy", 100*r.Accuracy, "accuracy_percent", key)
			golden.Check(t, f, key+" scores", r.Scores.Data, golden.At(t, f.Expected, "class_scores", key))
		}
	})
}

func TestGoldenLinear(t *testing.T) {
	t.Run("metrics_linear", func(t *testing.T) {
		f := golden.Load(t, "metrics_linear")
		train, test := fixture.MatrixAt(t, f.Inputs, "train_features"), fixture.MatrixAt(t, f.Inputs, "test_features")
		trainY, testY := fixture.IntsAt(t, f.Inputs, "train_labels"), fixture.IntsAt(t, f.Inputs, "test_labels")
		classes := int(fixture.NumberAt(t, f.Params, "classes"))
		for _, c := range golden.Floats(golden.At(t, f.Params, "C")) {
			key, o := fmt.Sprintf("C%g", c), LinearOptions{Classes: classes, L2: []float64{1 / (c * float64(train.Rows))}}
			r := Linear(nil, train, trainY, test, testY, o)
			fixture.Check(t, f, key+" test accuracy", 100*r.Accuracy, key, "test_accuracy_percent")
			fixture.Equal(t, key+" predictions", r.Predictions, fixture.IntsAt(t, f.Expected, key, "predictions"))
			self := Linear(nil, train, trainY, train, trainY, o)
			fixture.Check(t, f, key+" train accuracy", 100*self.Accuracy, key, "train_accuracy_percent")
		}
	})
}
