package matrix

import "protobench/internal/stream"

// RandomUnit returns k random unit vectors in d dimensions, [k,d], uniform on the
// sphere: the baseline that stands beside every geometric metric of prototypes
// of the same shape.
func RandomUnit(seed uint64, k, d int) Matrix {
	rng := stream.New(seed, "random-unit", uint64(k), uint64(d))
	m := New(k, d)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m.Normalised()
}
