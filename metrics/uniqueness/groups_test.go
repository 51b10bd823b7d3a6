package uniqueness

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

func TestGroupsAreTheCoversMembers(t *testing.T) {
	p := matrix.Of(6, 2, []float32{1, 0, 0, 1, 1, 0.01, 0, 0, -1, 0, 2, 0.02})
	c := Of(p, 0.025)
	fixture.Equal(t, "groups", c.Groups(), [][]int{{0, 2, 5}, {1}, {4}})
	fixture.Equal(t, "sizes", c.Sizes(), []int{3, 1, 1})
	fixture.Equal(t, "largest", c.Largest(), 3)
	fixture.Equal(t, "of none", Of(matrix.New(2, 2), 0.025).Largest(), 0)
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: p}}
	fixture.Near(t, "largest_group@0.025", fixture.ValueOf(t, LargestGroupSpecs(), "largest_group@0.025", in).Value, 3, 0)
	fixture.Near(t, "largest_group@0.5", fixture.ValueOf(t, LargestGroupSpecs(), "largest_group@0.5", in).Value, 3, 0)
}
