package clustering

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

const (
	selaCheck = 10   // iterations between two looks at the error
	selaMost  = 2001 // iterations after which a solution is taken as it is
	selaRows  = 512  // images per task; fixed, so that sums have one order whatever the threads
)

// selfLabels is the problem of [sela]: with predictions P [N,K] of N images, maximise Σ_ik Q_ik·log
// P_ik over plans whose rows sum to 1/N and columns to 1/K, smoothed by an entropy of weight 1/λ.
// The solution is Q = diag(c)·P^λ·diag(r) (Asano et al. 2020, eq. 6 and 7, after Cuturi 2013),
// found by scaling in turn
//
//	r = (1/K) / (P^λᵀ·c),   c = (1/N) / (P^λ·r),
//
// from c = 1/N until Σ |c_old/c - 1|, looked at every ten iterations as in the official code, is
// small. All in float64: P^λ spans hundreds of orders of magnitude. A prototype whose column
// underflows gets no image.
type selfLabels struct {
	n, k       int
	m          []float64 // P^λ [N,K]
	r, c       []float64
	err        float64
	iterations int
	parts      []float64 // partial column sums by task, [tasks,K]
}

func newSelfLabels(team *team.Team, logits []float32, k int, lambda float64) *selfLabels {
	n := len(logits) / k
	l := &selfLabels{n: n, k: k, m: make([]float64, n*k), r: make([]float64, k), c: make([]float64, n)}
	l.parts = make([]float64, l.tasks()*k)
	l.each(team, func(_, i int) {
		s, row := logits[i*k:][:k], l.m[i*k:][:k]
		top := float64(s[kernel.Argmax(s)])
		var sum float64
		for _, v := range s {
			sum += math.Exp(float64(v) - top)
		}
		lse := top + math.Log(sum)
		for j, v := range s {
			row[j] = math.Exp(lambda * (float64(v) - lse))
		}
		l.c[i] = 1 / float64(n)
	})
	return l
}

func (l *selfLabels) tasks() int { return (l.n + selaRows - 1) / selaRows }

// each runs f for every image i, those of a task in their order.
func (l *selfLabels) each(team *team.Team, f func(task, i int)) {
	team.Do(l.tasks(), func(task int) {
		for i := task * selaRows; i < min(l.n, (task+1)*selaRows); i++ {
			f(task, i)
		}
	})
}

// solve scales until the error is at most the threshold. The plan is read once an iteration: while
// a row is at hand, its scale is found and it is added to the columns' sums for the next iteration.
func (l *selfLabels) solve(team *team.Team, threshold float64) {
	l.err = math.Inf(1)
	changes := make([]float64, l.tasks())
	l.each(team, l.add)
	for ; l.err > threshold && l.iterations < selaMost; l.iterations++ {
		l.columns()
		clear(changes)
		l.each(team, func(task, i int) {
			changes[task] += l.row(i)
			l.add(task, i)
		})
		if l.iterations%selaCheck == 0 {
			l.err = 0
			for _, e := range changes {
				l.err += e
			}
		}
	}
}

// add adds row i to the columns' sums.
func (l *selfLabels) add(task, i int) {
	sum, c := l.parts[task*l.k:][:l.k], l.c[i]
	row := l.m[i*l.k:][:len(sum)]
	for j := range sum {
		sum[j] += float64(row[j] * c)
	}
}

// columns sets r from the columns' sums, which start anew.
func (l *selfLabels) columns() {
	for j := range l.r {
		var sum float64
		for at := j; at < len(l.parts); at += l.k {
			sum += l.parts[at]
		}
		l.r[j] = 0
		if sum > 0 {
			l.r[j] = 1 / (sum * float64(l.k))
		}
	}
	clear(l.parts)
}

// row sets c of an image and returns its relative change.
func (l *selfLabels) row(i int) float64 {
	sum := dot64(l.m[i*l.k:][:l.k], l.r)
	if sum == 0 {
		return 0
	}
	c := 1 / (sum * float64(l.n))
	change := math.Abs(l.c[i]/c - 1)
	l.c[i] = c
	return change
}

// dot64 is an inner product in four sums, so that one addition need not wait for the last.
func dot64(x, y []float64) float64 {
	var s [4]float64
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s[0] += float64(x[i] * y[i])
		s[1] += float64(x[i+1] * y[i+1])
		s[2] += float64(x[i+2] * y[i+2])
		s[3] += float64(x[i+3] * y[i+3])
	}
	for ; i < len(x); i++ {
		s[0] += float64(x[i] * y[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// labels returns each image's largest entry of the plan.
func (l *selfLabels) labels(team *team.Team) []int {
	out := make([]int, l.n)
	l.each(team, func(_, i int) {
		best := -1.0
		for j, v := range l.m[i*l.k:][:l.k] {
			if q := v * l.r[j]; q > best {
				best, out[i] = q, j
			}
		}
	})
	return out
}
