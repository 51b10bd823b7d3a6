package methods

import "protobench/internal/kernel"

// Sinkhorn turns scores [n,K] into codes q [n,K]: exp(score/ε) balanced by iterations of Sinkhorn-Knopp, so that each prototype
// gets the same mass and each row sums to 1 (Cuturi 2013; Caron et al. 2020, eq. 3-5). q may be the scores.
// Rows are normalised last, so with few iterations the balance over the prototypes is approximate.
func Sinkhorn(team *kernel.Team, q, scores []float32, n, k int, epsilon float64, iterations int) {
	inv := float32(1 / epsilon)
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	for i, s := range scores {
		q[i] = kernel.Exp((s - top) * inv)
	}
	balance(q, n, k, iterations)
}

// balance runs iterations of Sinkhorn-Knopp on q [n,K], whose entries are positive.
func balance(q []float32, n, k, iterations int) {
	mass := make([]float64, k)
	for range iterations {
		balanceColumns(q, n, k, mass)
		balanceRows(q, n, k)
	}
}

// balanceColumns scales each prototype's mass to 1/K; one without mass is left alone.
func balanceColumns(q []float32, n, k int, mass []float64) {
	clear(mass)
	for i := range n {
		for j, v := range q[i*k:][:k] {
			mass[j] += float64(v)
		}
	}
	for j, m := range mass {
		if m > 0 {
			mass[j] = 1 / (m * float64(k))
		}
	}
	for i := range n {
		row := q[i*k:][:k]
		for j := range row {
			row[j] = float32(float64(row[j]) * mass[j])
		}
	}
}

// balanceRows scales each row to sum 1.
func balanceRows(q []float32, n, k int) {
	for i := range n {
		row := q[i*k:][:k]
		var s float64
		for _, v := range row {
			s += float64(v)
		}
		if s == 0 {
			continue
		}
		for j := range row {
			row[j] = float32(float64(row[j]) / s)
		}
	}
}
