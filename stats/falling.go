package stats

// Falling is the list of values that never rises and is nearest to the given one by least squares
// (isotonic regression by pooling adjacent violators: Ayer et al. 1955). Its length is that of the
// list.
func Falling(values []float64) []float64 {
	type pool struct {
		mean float64
		n    int
	}
	var pools []pool
	for _, v := range values {
		p := pool{v, 1}
		for len(pools) > 0 && pools[len(pools)-1].mean < p.mean {
			last := pools[len(pools)-1]
			n := last.n + p.n
			p = pool{(float64(last.mean*float64(last.n)) + float64(p.mean*float64(p.n))) / float64(n), n}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	out := make([]float64, 0, len(values))
	for _, p := range pools {
		for range p.n {
			out = append(out, p.mean)
		}
	}
	return out
}
