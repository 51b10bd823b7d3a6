package sinkhorn_test

import (
	"fmt"
	"testing"

	"protobench/internal/golden"
	"protobench/methods/internal/fixture"
	"protobench/methods/sinkhorn"
)

func TestGoldenSinkhorn(t *testing.T) {
	t.Run("sinkhorn_swav", func(t *testing.T) {
		f := golden.Load(t, "sinkhorn_swav")
		s := golden.Shape(f.Inputs["scores"])
		for _, it := range golden.Ints(f.Params["iterations"]) {
			q := golden.Float32s(f.Inputs["scores"])
			sinkhorn.Sinkhorn(nil, q, q, s[0], s[1], fixture.Num(t, f.Params, "epsilon"), it)
			golden.Check(t, f, fmt.Sprint("codes ", it), q, f.Expected[fmt.Sprintf("q_iters_%d", it)])
		}
	})
}
