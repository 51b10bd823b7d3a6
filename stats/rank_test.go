package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRanks(t *testing.T) {
	if got, want := Ranks([]float64{3, 1, 3, 2}), []float64{3.5, 1, 3.5, 2}; !slices.Equal(got, want) {
		t.Errorf("ranks %v, want %v", got, want)
	}
}

// TestSpearman compares with a value worked by hand: ranks 1 2 3 4 5 and 2 1 4 3 5 differ by ±1 four
// times, so r = 1 − 6·4/(5·24).
func TestSpearman(t *testing.T) {
	c := Spearman([]float64{1, 2, 3, 4, 5, math.NaN()}, []float64{20, 10, 40, 30, 50, 7}, 0)
	if c.N != 5 || math.Abs(c.R-0.8) > 1e-12 {
		t.Errorf("r = %g over %d, want 0.8 over 5", c.R, c.N)
	}
	if half := 1.959964 * math.Sqrt((1+0.32)/2); math.Abs(c.Low-math.Tanh(math.Atanh(0.8)-half)) > 1e-9 {
		t.Errorf("low %g", c.Low)
	}
	if c := Spearman([]float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}, 1); !math.IsNaN(c.Low) || c.R != 1 {
		t.Errorf("an interval without degrees of freedom: %+v", c)
	}
	if c := Spearman([]float64{1, 1, 1}, []float64{1, 2, 3}, 0); !math.IsNaN(c.R) {
		t.Errorf("a correlation with a constant: %g", c.R)
	}
}

// TestSpearmanCovers: the interval holds the true correlation in 95 % of experiments, and so it does
// for deviations from the means of groups.
func TestSpearmanCovers(t *testing.T) {
	const experiments, groups, each, rho = 2000, 10, 5, 0.5
	truth := 6 / math.Pi * math.Asin(rho/2) // Spearman's of the bivariate normal
	r, plain, within := rand.New(rand.NewPCG(1, 2)), 0, 0
	for range experiments {
		var x, y, dx, dy []float64
		for range groups {
			gx, gy := make([]float64, each), make([]float64, each)
			for i := range each {
				a, b := r.NormFloat64(), r.NormFloat64()
				gx[i], gy[i] = a, rho*a+math.Sqrt(1-rho*rho)*b
			}
			x, y = append(x, gx...), append(y, gy...)
			mx, my := Mean(gx), Mean(gy)
			for i := range each {
				dx, dy = append(dx, gx[i]-mx), append(dy, gy[i]-my)
			}
		}
		if c := Spearman(x, y, 0); c.Low < truth && truth < c.High {
			plain++
		}
		if c := Spearman(dx, dy, groups-1); c.Low < truth && truth < c.High {
			within++
		}
	}
	for name, hits := range map[string]int{"plain": plain, "within": within} {
		if share := float64(hits) / experiments; share < 0.93 || share > 0.97 {
			t.Errorf("%s: covered in %.1f %%", name, 100*share)
		}
	}
}

func TestMonotone(t *testing.T) {
	fit, explained := Monotone([]float64{4, 1, 2, 3, 3}, []float64{1, 9, 5, 6, 7})
	if want := []float64{1, 9, 6, 6, 6}; !slices.Equal(fit, want) {
		t.Errorf("fit %v, want %v", fit, want)
	}
	if want := 1 - 2/(35.2); math.Abs(explained-want) > 1e-12 {
		t.Errorf("explained %g, want %g", explained, want)
	}
	if fit, explained = Monotone([]float64{1, 2}, []float64{3, 3}); !slices.Equal(fit, []float64{3, 3}) || !math.IsNaN(explained) {
		t.Errorf("fit %v, explained %g", fit, explained)
	}
}
