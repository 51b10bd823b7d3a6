package prototypefree

import (
	"math"

	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/objective"
)

// sopTasks are a step's tasks of [sop] with what the gradient needs. Each has J = anchors·(supports
// + 1) entries, anchor by anchor: its supports, nearest first, then itself.
type sopTasks struct {
	o       *sop
	d, j    int
	entries [][]float32 // [J,D] of each task
	own     [][]float64 // [J] what an entry counts for its own anchor, of each task
	student [][]float32 // [crops·B,J] softmax over the entries, of each task
	p       [][]float64 // [crops·B,A] the student's probabilities of the anchors, of each task
	q       [][]float64 // [global·B,A] the teacher's
	teacher []float32   // [global·B,J] of one task after the other
	losses  []float64   // [crops·B]
	near    []float32   // [A,Memory] cosines of anchors and all entries
	score   []float32   // [crops·B,J] gradients of one task after the other
}

func newSOPTasks(o *sop, d int) *sopTasks {
	t := &sopTasks{o: o, d: d, j: o.Anchors * (o.Supports + 1)}
	rows, global := o.v.Crops*o.v.Images, o.v.Global*o.v.Images
	for range o.Tasks {
		t.entries, t.own = append(t.entries, make([]float32, t.j*d)), append(t.own, make([]float64, t.j))
		t.student, t.p, t.q = append(t.student, make([]float32, rows*t.j)), append(t.p, make([]float64, rows*o.Anchors)), append(t.q, make([]float64, global*o.Anchors))
	}
	t.teacher, t.score = make([]float32, global*t.j), make([]float32, rows*t.j)
	t.losses, t.near = make([]float64, rows), make([]float32, o.Anchors*o.Memory)
	return t
}

// draw draws the anchors of a step's tasks and finds their supports.
func (t *sopTasks) draw(team *team.Team, step int) {
	o := t.o
	anchors := make([]float32, o.Anchors*t.d)
	for task := range o.Tasks {
		drawn := stream.New(o.seed, "partition", uint64(step), uint64(task)).Perm(o.Memory)[:o.Anchors]
		taken := make([]bool, o.Memory)
		for i, a := range drawn {
			taken[a] = true
			copy(anchors[i*t.d:], o.past.Value[a*t.d:][:t.d])
		}
		kernel.InnerProducts(team, t.near, anchors, o.past.Value, o.Anchors, t.d, o.Memory)
		team.Chunks(o.Anchors, 1, func(i, _ int) { t.surround(task, i, drawn[i], taken) })
	}
}

// surround puts an anchor, the i-th of a task, behind its nearest entries that are no anchors
// themselves; the first of equally near ones comes first.
func (t *sopTasks) surround(task, i, anchor int, taken []bool) {
	o, at := t.o, i*(t.o.Supports+1)
	cos := t.near[i*o.Memory:][:o.Memory]
	best := make([]int, 0, o.Supports+1)
	for k, c := range cos {
		if taken[k] || o.Supports == 0 || len(best) == o.Supports && c <= cos[best[len(best)-1]] {
			continue
		}
		best = append(best, k)
		for b := len(best) - 1; b > 0 && c > cos[best[b-1]]; b-- {
			best[b], best[b-1] = best[b-1], best[b]
		}
		best = best[:min(len(best), o.Supports)]
	}
	for s, k := range best {
		copy(t.entries[task][(at+s)*t.d:], o.past.Value[k*t.d:][:t.d])
		t.own[task][at+s] = min(max(float64(cos[k]), 0), 1)
	}
	copy(t.entries[task][(at+o.Supports)*t.d:], o.past.Value[anchor*t.d:][:t.d])
	t.own[task][at+o.Supports] = 1 - o.Smoothing
}

// loss is the sum of the cross-entropies of student embeddings z [crops·B,D] and teacher embeddings
// [global·B,D] over tasks and pairs.
func (t *sopTasks) loss(team *team.Team, z, teacher []float32) float64 {
	clear(t.losses)
	for task := range t.o.Tasks {
		t.probabilities(team, task, t.q[task], t.teacher, teacher, t.o.TeacherTemperature)
		t.probabilities(team, task, t.p[task], t.student[task], z, t.o.temperature)
		team.Chunks(len(t.losses), objective.RowTask, func(lo, hi int) {
			for row := lo; row < hi; row++ {
				t.losses[row] += t.crossEntropy(task, row)
			}
		})
	}
	var sum float64
	for _, l := range t.losses {
		sum += l
	}
	return sum
}

// probabilities sets p [n,A] to the anchors' probabilities of embeddings z [n,D], and soft [n,J] to
// the softmax over a task's entries.
func (t *sopTasks) probabilities(team *team.Team, task int, p []float64, soft, z []float32, temperature float64) {
	n, a := len(z)/t.d, t.o.Anchors
	kernel.InnerProducts(team, soft, z, t.entries[task], n, t.d, t.j)
	kernel.SoftmaxRows(team, soft, soft, n, t.j, float32(1/temperature))
	team.Chunks(n, objective.RowTask, func(lo, hi int) {
		for row := lo; row < hi; row++ {
			t.gather(p[row*a:][:a], soft[row*t.j:][:t.j], t.own[task])
		}
	})
}

// gather sums a softmax over entries up to the anchors' probabilities p: what an entry does not
// count for its own anchor it counts for the others, evenly.
func (t *sopTasks) gather(p []float64, soft []float32, own []float64) {
	per, others := t.o.Supports+1, float64(t.o.Anchors-1)
	var spread float64
	for a := range p {
		var mine, rest float64
		for j := a * per; j < (a+1)*per; j++ {
			x := float64(soft[j])
			mine += float64(x * own[j])
			rest += float64(x * (1 - own[j]))
		}
		rest /= others
		p[a] = mine - rest
		spread += rest
	}
	for a := range p {
		p[a] += spread
	}
}

// pairs calls visit with a student row's probabilities and those of each other global crop of its
// image.
func (t *sopTasks) pairs(task, row int, visit func(p, q []float64)) {
	v, a := t.o.v, t.o.Anchors
	for g := range v.Global {
		if g != row/v.Images {
			visit(t.p[task][row*a:][:a], t.q[task][(g*v.Images+row%v.Images)*a:][:a])
		}
	}
}

// smallest keeps logarithms of probabilities finite where a softmax of many entries underflows.
const smallest = math.SmallestNonzeroFloat32

func (t *sopTasks) crossEntropy(task, row int) (loss float64) {
	t.pairs(task, row, func(p, q []float64) {
		for a, x := range p {
			loss -= float64(q[a] * math.Log(max(x, smallest)))
		}
	})
	return loss
}

// gradient sets dz to the loss's gradient, times f.
func (t *sopTasks) gradient(team *team.Team, dz []float32, f float64) {
	rows := len(t.losses)
	for task := range t.o.Tasks {
		team.Chunks(rows, objective.RowTask, func(lo, hi int) {
			slope := make([]float64, t.o.Anchors)
			for row := lo; row < hi; row++ {
				t.slope(slope, task, row, f)
				t.throughSoftmax(t.score[row*t.j:][:t.j], t.student[task][row*t.j:][:t.j], slope, t.own[task])
			}
		})
		kernel.Gemm(team, false, false, rows, t.d, t.j, t.score, t.j, t.entries[task], t.d, dz, t.d, task > 0)
	}
}

// slope sets a row's gradient with respect to the anchors' probabilities, times f/τ.
func (t *sopTasks) slope(slope []float64, task, row int, f float64) {
	clear(slope)
	t.pairs(task, row, func(p, q []float64) {
		for a, x := range p {
			if x > smallest {
				slope[a] -= f * q[a] / (x * t.o.temperature)
			}
		}
	})
}

// throughSoftmax turns a gradient with respect to the anchors' probabilities into one with respect
// to the entries' scores.
func (t *sopTasks) throughSoftmax(ds, soft []float32, slope, own []float64) {
	per, others := t.o.Supports+1, float64(t.o.Anchors-1)
	var all, dot float64
	for _, g := range slope {
		all += g
	}
	at := func(j int) float64 {
		mine := slope[j/per]
		return float64(mine*own[j]) + float64((all-mine)/others*(1-own[j]))
	}
	for j, x := range soft {
		dot += float64(float64(x) * at(j))
	}
	for j, x := range soft {
		ds[j] = float32(float64(x) * (at(j) - dot))
	}
}
