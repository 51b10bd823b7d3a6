package probe

import (
	"fmt"
	"slices"

	"protobench/metrics/matrix"
)

// labelled says in words why a probe of these splits is undefined; "" when it is
// defined.
func labelled(train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, classes int) string {
	matrix.MustMatch("training labels", len(trainY), train.Rows)
	matrix.MustMatch("test labels", len(testY), test.Rows)
	switch {
	case train.Rows == 0 || test.Rows == 0:
		return fmt.Sprintf("needs training and test rows, found %d and %d", train.Rows, test.Rows)
	case train.Cols != test.Cols || train.Cols == 0:
		return fmt.Sprintf("needs equal feature dimensions, found %d in train and %d in test", train.Cols, test.Cols)
	}
	for _, s := range []struct {
		name string
		x    matrix.Matrix
		y    []int
	}{{"training", train, trainY}, {"test", test, testY}} {
		if why := usable(s.name, s.x, s.y, classes); why != "" {
			return why
		}
	}
	return ""
}

func usable(name string, x matrix.Matrix, y []int, classes int) string {
	for i, c := range y {
		if c < 0 || c >= classes {
			return fmt.Sprintf("%s label %d of row %d is outside 0…%d", name, c, i, classes-1)
		}
	}
	if x.Finite() {
		return ""
	}
	i := slices.IndexFunc(x.Data, func(v float32) bool { return !matrix.Finite(float64(v)) })
	return fmt.Sprintf("%s features of row %d hold %v", name, i/x.Cols, x.Data[i])
}
