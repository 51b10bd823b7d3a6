package stats

import (
	"cmp"
	"math"
	"slices"
)

// Ranks are the ranks of the values from 1, ties sharing the mean of theirs (Kendall 1945).
func Ranks(values []float64) []float64 {
	order := indices(len(values))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks := make([]float64, len(values))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			hi++
		}
		for _, i := range order[lo:hi] {
			ranks[i] = float64(lo+hi+1) / 2
		}
		lo = hi
	}
	return ranks
}

// Correlation is a rank correlation with its 95 % interval.
type Correlation struct {
	N    int     // pairs
	R    float64 // Spearman's; NaN where one side does not vary
	Low  float64 // NaN below 4 degrees of freedom and a half
	High float64
}

// Spearman correlates the ranks of two quantities (Spearman 1904). The interval is Fisher's, with
// the standard error √((1+r²/2)/(n−3)) of Bonett and Wright 2000. lost are the degrees of freedom
// that went before: with values taken from the means of g groups, g − 1 (Bakdash and Marusich
// 2017). Pairs that are not finite on both sides are left out.
func Spearman(x, y []float64, lost int) Correlation {
	var a, b []float64
	for i := range x {
		if len(Finite([]float64{x[i], y[i]})) == 2 {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	c := Correlation{N: len(a), R: pearson(Ranks(a), Ranks(b)), Low: math.NaN(), High: math.NaN()}
	left := float64(c.N - lost - 3)
	if math.IsNaN(c.R) || left < 1 {
		return c
	}
	half := float64(1.959964 * math.Sqrt((1+float64(c.R*c.R/2))/left))
	z := math.Atanh(min(max(c.R, -1+1e-12), 1-1e-12))
	c.Low, c.High = math.Tanh(z-half), math.Tanh(z+half)
	return c
}

// pearson is the product-moment correlation; NaN where one side does not vary.
func pearson(x, y []float64) float64 {
	mx, my := Mean(x), Mean(y)
	var xx, yy, xy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, yy, xy = xx+float64(dx*dx), yy+float64(dy*dy), xy+float64(dx*dy)
	}
	if len(x) < 2 || xx == 0 || yy == 0 {
		return math.NaN()
	}
	return xy / math.Sqrt(float64(xx*yy))
}

// Monotone fits the monotone step function of x that is nearest to y in squares (pool adjacent
// violators; Ayer et al. 1955), falling or rising, whichever is nearer. It returns the fitted value
// of each pair, and the share of y's variance that the fit explains; NaN where y does not vary.
func Monotone(x, y []float64) (fit []float64, explained float64) {
	down := make([]float64, len(y))
	for i, v := range y {
		down[i] = -v
	}
	rising, falling := isotonic(x, y), isotonic(x, down)
	for i := range falling {
		falling[i] = -falling[i]
	}
	fit = rising
	if squares(y, falling) < squares(y, rising) {
		fit = falling
	}
	mean := make([]float64, len(y))
	for i := range mean {
		mean[i] = Mean(y)
	}
	total := squares(y, mean)
	if total == 0 {
		return fit, math.NaN()
	}
	return fit, 1 - squares(y, fit)/total
}

func squares(y, fit []float64) float64 {
	var s float64
	for i := range y {
		s += float64((y[i] - fit[i]) * (y[i] - fit[i]))
	}
	return s
}

// isotonic is the rising fit. Pairs of equal x share their value.
func isotonic(x, y []float64) []float64 {
	order := indices(len(x))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	type block struct {
		sum   float64
		pairs []int
	}
	mean := func(b block) float64 { return b.sum / float64(len(b.pairs)) }
	var blocks []block
	for at, i := range order {
		if at > 0 && x[i] == x[order[at-1]] {
			last := &blocks[len(blocks)-1]
			last.sum, last.pairs = last.sum+y[i], append(last.pairs, i)
		} else {
			blocks = append(blocks, block{y[i], []int{i}})
		}
		if at+1 < len(order) && x[order[at+1]] == x[i] {
			continue // the block is not whole
		}
		for n := len(blocks); n > 1 && mean(blocks[n-2]) >= mean(blocks[n-1]); n-- {
			blocks[n-2] = block{blocks[n-2].sum + blocks[n-1].sum, append(blocks[n-2].pairs, blocks[n-1].pairs...)}
			blocks = blocks[:n-1]
		}
	}
	fit := make([]float64, len(x))
	for _, b := range blocks {
		for _, i := range b.pairs {
			fit[i] = mean(b)
		}
	}
	return fit
}
