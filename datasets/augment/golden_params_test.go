package augment

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/golden"
)

// listed feeds explicit draws and counts them.
type listed struct {
	draws []float64
	used  int
}

func (l *listed) Float64() float64 {
	l.used++
	return l.draws[l.used-1]
}

func goldenParams(t *testing.T, f *golden.File) {
	goldenBoxes(t, f)
	goldenJitter(t, f)
	for i, row := range f.Params["blur"].([]any) {
		r := golden.Floats(row)
		draw := &listed{draws: golden.Floats(f.Inputs["blur_draws"].([]any)[i])}
		want := golden.Floats(f.Expected["blur_sigma"])[i]
		golden.Check(t, f, fmt.Sprint("sigma ", i), []float64{between(draw, r[0], r[1])}, want)
	}
}

// goldenBoxes feeds each case's attempts and, after the accepted one, its two offsets.
func goldenBoxes(t *testing.T, f *golden.File) {
	attempts := golden.Ints(f.Expected["attempts"])
	for i, c := range f.Params["resized_crop"].([]any) {
		p := c.(map[string]any)
		l := &listed{draws: golden.Floats(f.Inputs["resized_crop_draws"].([]any)[i])[:2*attempts[i]]}
		if !p["fallback"].(bool) {
			l.draws = append(l.draws, golden.Floats(f.Inputs["offset_draws"].([]any)[i])...)
		}
		got := cropBox(l, int(p["height"].(float64)), int(p["width"].(float64)),
			[2]float64(golden.Floats(p["scale"])), [2]float64(golden.Floats(p["ratio"])))
		want := golden.Ints(f.Expected["boxes"].([]any)[i])
		if diff := cmp.Diff(want, []int{got.top, got.left, got.height, got.width}); diff != "" {
			t.Errorf("%s box %d: -want +got\n%s", f.Name, i, diff)
		}
		if l.used != len(l.draws) {
			t.Errorf("%s box %d: took %d draws of %d", f.Name, i, l.used, len(l.draws))
		}
	}
}

func goldenJitter(t *testing.T, f *golden.File) {
	names := [4]string{"brightness", "contrast", "saturation", "hue"}
	for i, c := range f.Params["jitter"].([]any) {
		l := &listed{draws: golden.Floats(f.Inputs["jitter_draws"].([]any)[i])}
		var strength [4]float64
		for op, name := range names {
			strength[op] = c.(map[string]any)[name].(float64)
		}
		got, setting := factors(l, strength), fmt.Sprintf("setting%d", i)
		for op, name := range names {
			if strength[op] == 0 {
				if got[op] != neutral(op) {
					t.Errorf("%s of strength 0 has the factor %g", name, got[op])
				}
				continue
			}
			low, high := jitterRange(op, strength[op])
			golden.Check(t, f, name+" range", []float64{low, high}, golden.At(t, f.Expected, "jitter_ranges", setting, name))
			golden.Check(t, f, name+" factor", got[op:op+1], golden.At(t, f.Expected, "jitter_factors", setting, name))
		}
	}
}
