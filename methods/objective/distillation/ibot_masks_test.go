package distillation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"protobench/internal/stream"
)

// TestHideBlock: a rectangle that hides no more than is left is hidden and counted as far as it is
// new; any other leaves the view alone.
func TestHideBlock(t *testing.T) {
	view := make([]float32, 4*5)
	for _, c := range []struct {
		top, from, h, w, left, want int
		hidden                      []int
	}{
		{1, 2, 2, 3, 5, 0, nil},
		{1, 2, 2, 3, 6, 6, []int{7, 8, 9, 12, 13, 14}},
		{0, 3, 2, 2, 1, 0, []int{7, 8, 9, 12, 13, 14}},
		{0, 3, 2, 2, 2, 2, []int{3, 4, 7, 8, 9, 12, 13, 14}},
		{2, 2, 1, 3, 4, 0, []int{3, 4, 7, 8, 9, 12, 13, 14}}, // nothing new
	} {
		if got := hideBlock(view, 5, c.top, c.from, c.h, c.w, c.left); got != c.want {
			t.Errorf("%+v: %d hidden", c, got)
		}
		var hidden []int
		for i, v := range view {
			if v == 1 {
				hidden = append(hidden, i)
			}
		}
		if !slices.Equal(hidden, c.hidden) {
			t.Errorf("%+v: hidden are %v", c, hidden)
		}
	}
}

// TestMasksShare: views hide patches by the given share of them, for any share.
func TestMasksShare(t *testing.T) {
	for _, share := range []float64{0, 0.25, 1} {
		const n, p = 400, 12
		masks := make([]float32, n*p)
		IBOT{Share: share, Ratio: 0.5, Shape: "random"}.Draw(masks, 3, 4, 1, 1)
		hiding := 0
		for i := range n {
			if hidden := masks[i*p:][:p]; slices.Contains(hidden, 1) {
				hiding++
				if k := len(slices.DeleteFunc(slices.Clone(hidden), func(v float32) bool { return v == 0 })); k != p/2 {
					t.Errorf("view %d hides %d of %d patches", i, k, p)
				}
			}
		}
		if !(math.Abs(float64(hiding)/n-share) <= 0.07) {
			t.Errorf("share %g: %d of %d views hide patches", share, hiding, n)
		}
	}
}

// TestMasksPart follows the draws of the part that is hidden: uniform within ratio ± spread.
func TestMasksPart(t *testing.T) {
	const p = 100
	for i := range 30 {
		masks := make([]float32, (i+1)*p)
		IBOT{Share: 1, Ratio: 0.4, Spread: 0.3, Shape: "random"}.Draw(masks, 10, 10, 3, 5)
		source := rand.NewPCG(0, 0)
		stream.Seed(source, 3, "mask", 5, uint64(i))
		r := rand.New(source)
		r.Float64() // for the share
		want, got := int((0.4+0.3*stream.Either(r))*p), 0
		for _, v := range masks[i*p:] {
			got += int(v)
		}
		if got != want {
			t.Errorf("view %d hides %d patches, want %d", i, got, want)
		}
	}
}

// TestHideBlocks follows the draws of block-wise masking as BEiT and iBOT have it: areas uniform
// from the square of a third of the shorter side, or what is left, up to what is left; aspect
// ratios log-uniform from 0.3 to 1/0.3; places uniform; ten tries in a row.
func TestHideBlocks(t *testing.T) {
	for _, size := range [][2]int{{2, 2}, {3, 3}, {3, 8}, {8, 3}, {7, 8}, {12, 12}} {
		rows, columns := size[0], size[1]
		for seed := range uint64(60) {
			hidden := 1 + int(seed)%(rows*columns)
			got, want := make([]float32, rows*columns), make([]float32, rows*columns)
			hideBlocks(rand.New(rand.NewPCG(seed, 0)), got, rows, columns, hidden)

			r, left, failed := rand.New(rand.NewPCG(seed, 0)), hidden, 0
			for left > 0 && failed < 10 {
				smallest := math.Min(math.Pow(math.Floor(math.Min(float64(rows), float64(columns))/3), 2), float64(left))
				area := smallest + (float64(left)-smallest)*r.Float64()
				aspect := math.Pow(0.3, stream.Either(r))
				h, w := int(math.Round(math.Sqrt(area*aspect))), int(math.Round(math.Sqrt(area/aspect)))
				failed++
				if h == 0 || w == 0 || h >= rows || w >= columns {
					continue
				}
				top, from := r.IntN(rows-h+1), r.IntN(columns-w+1)
				var fresh []int
				for y := range h {
					for x := range w {
						if at := (top+y)*columns + from + x; want[at] == 0 {
							fresh = append(fresh, at)
						}
					}
				}
				if len(fresh) == 0 || len(fresh) > left {
					continue
				}
				for _, at := range fresh {
					want[at] = 1
				}
				left, failed = left-len(fresh), 0
			}
			if !slices.Equal(got, want) {
				t.Fatal(fmt.Sprint(rows, "×", columns, ", ", hidden, " to hide, seed ", seed, ": ", got, ", want ", want))
			}
		}
	}
}
