package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Against scipy.stats.trim_mean(x, 0.25), which rliable takes.
func TestIQM(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{1, 2, 30}, 11},
		{[]float64{100, 1, 2, 3}, 2.5},
		{[]float64{9, 1, 2, 3, 4, 5, 6, 70}, 4.5},
		{[]float64{math.NaN(), 4, math.Inf(1)}, 4},
		{nil, math.NaN()},
	} {
		if got := IQM(c.values); !(math.Abs(got-c.want) < 1e-12) && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v: %g, want %g", c.values, got, c.want)
		}
	}
	values := []float64{3, 1, 2}
	if IQM(values); !slices.Equal(values, []float64{3, 1, 2}) {
		t.Error("the values were sorted in place")
	}
}

func TestImprovement(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3, 4}, []float64{0, 2, 4, 1}, 0.625},
		{[]float64{1, nan}, []float64{0, 0}, 1},
		{[]float64{nan}, []float64{0}, nan},
	} {
		if got := Improvement(c.a, c.b); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v and %v: %g, want %g", c.a, c.b, got, c.want)
		}
	}
}

func TestLetters(t *testing.T) {
	pairs := func(text string) func(i, j int) bool {
		return func(i, j int) bool { return strings.Contains(text, string(rune('0'+i))+string(rune('0'+j))) }
	}
	for _, c := range []struct {
		n      int
		differ string
		want   string
	}{
		{3, "", "a a a"},
		{3, "01 02 12", "a b c"},
		{3, "02", "a ab b"},
		{4, "02 03 13", "a ab bc c"},
		{2, "01", "a b"},
		{1, "", "a"},
	} {
		if got := strings.Join(Letters(c.n, pairs(c.differ)), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.differ, got, c.want)
		}
	}
}

// Two share a letter exactly where they do not differ, whatever pairs do.
func TestLettersSayWhoDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		differ := make([]bool, n*n)
		for i := range differ {
			differ[i] = rapid.Bool().Draw(t, "differ")
		}
		letters := Letters(n, func(i, j int) bool { return differ[i*n+j] })
		for i := range n {
			for j := i + 1; j < n; j++ {
				if shares := strings.ContainsAny(letters[i], letters[j]); shares == differ[i*n+j] {
					t.Fatalf("%d %q and %d %q, differ %v", i, letters[i], j, letters[j], differ[i*n+j])
				}
			}
		}
	})
}
