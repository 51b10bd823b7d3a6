package datasets

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutlinesHaveTheNumbers of images, classes and fine modes, and the warnings, that the set has.
func TestOutlinesHaveTheNumbers(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"shapes":    {Name: "shapes", Train: 90, Test: 40, Seed: 3, Silhouettes: 20, Arrangements: 5, Imbalance: 1},
		"few":       {Name: "shapes", Train: 20, Test: 10, Silhouettes: 20, Arrangements: 5, Imbalance: 1},
		"long tail": {Name: "shapes", Train: 200, Test: 40, Silhouettes: 10, Arrangements: 2, Imbalance: 10, Tail: "exponential", Validation: 0.2},
		"mixture":   {Name: "mixture", Train: 50, Test: 20, Modes: 5, Dim: 4, Separation: 4, Noise: 0.5, Imbalance: 1},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Outline(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, split := range []struct{ want, got Images }{{want.Train, got.Train}, {want.Test, got.Test}, {want.Probe, got.Probe}} {
				if diff := cmp.Diff(split.want.Labels, split.got.Labels) + cmp.Diff(split.want.Fine, split.got.Fine); diff != "" || len(split.want.Pixels) != len(split.got.Pixels) {
					t.Errorf("%d and %d pixels; %s", len(split.want.Pixels), len(split.got.Pixels), diff)
				}
			}
			if got.Classes != want.Classes || got.FineClasses != want.FineClasses || got.Flip != want.Flip || got.Name != want.Name {
				t.Errorf("%d classes, %d fine", got.Classes, got.FineClasses)
			}
			if diff := cmp.Diff(want.Warnings, got.Warnings); diff != "" {
				t.Error(diff)
			}
			if drawn := name == "mixture"; (got.Fingerprint == want.Fingerprint) != drawn {
				t.Errorf("fingerprints %s and %s", want.Fingerprint, got.Fingerprint)
			}
		})
	}
	if _, err := Outline(Options{Name: "shape"}); err == nil {
		t.Error("an outline of nothing")
	}
}
