package cell

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/internal/fixture"
)

func TestSamplesAreSpreadOverTheSet(t *testing.T) {
	set := fixture.Noise()
	got := sampleOf(set, 10)
	if diff := cmp.Diff([]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, got.Train.Labels); diff != "" {
		t.Error(diff) // every fourth image, all of one class here
	}
	if got.Test.Len() != 5 || got.Probe.Len() != 10 || got.Tailed() || !slices.Equal(got.Train.Image(3), set.Train.Image(12)) || got.Train.Fine[3] != set.Train.Fine[12] {
		t.Errorf("%d test images, %d of the probe", got.Test.Len(), got.Probe.Len())
	}
	tailed := fixture.Tailed()
	if got := sampleOf(tailed, 10); got.Probe.Len() != 18 || got.Train.Len() != 10 || !got.Tailed() {
		t.Errorf("tailed: %d images, %d of the probe", got.Train.Len(), got.Probe.Len())
	}
}
