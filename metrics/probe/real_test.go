package probe

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"protobench/metrics/matrix"
)

// fashion reads the first n images of Fashion-MNIST's training files as pixel rows.
func fashion(t *testing.T, n int) (matrix.Matrix, []int) {
	t.Helper()
	dir := os.Getenv("PROTOBENCH_DATA")
	if dir == "" {
		t.Skip("PROTOBENCH_DATA is not set")
	}
	pixels := leading(t, filepath.Join(dir, "fashion-mnist", "train-images-idx3-ubyte.gz"), 16+n*784)[16:]
	labels := leading(t, filepath.Join(dir, "fashion-mnist", "train-labels-idx1-ubyte.gz"), 8+n)[8:]
	x, y := matrix.New(n, 784), make([]int, n)
	for i, p := range pixels {
		x.Data[i] = float32(p) / 255
	}
	for i, l := range labels {
		y[i] = int(l)
	}
	return x, y
}

func leading(t *testing.T, path string, n int) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(z, buf); err != nil {
		t.Fatal(err)
	}
	return buf
}

func TestProbesOnFashionMNIST(t *testing.T) {
	x, y := fashion(t, 2000)
	train, test := matrix.Of(1500, 784, x.Data[:1500*784]), matrix.Of(500, 784, x.Data[1500*784:])
	knn := KNN(nil, train, y[:1500], test, y[1500:], KNNOptions{Classes: 10})
	if !(knn.Accuracy >= 0.7 && knn.Accuracy <= 0.9) {
		t.Errorf("k-NN on pixels: %g", knn.Accuracy)
	}
	linear := Linear(nil, train, y[:1500], test, y[1500:], LinearOptions{Classes: 10, L2: []float64{1, 0.1, 0.01}})
	if !(linear.Accuracy >= 0.75 && linear.Accuracy <= 0.9) || len(linear.Warnings) > 0 {
		t.Errorf("linear probe on pixels: %g, %v", linear.Accuracy, linear.Warnings)
	}
}
