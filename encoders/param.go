package encoders

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Param is a named array that training changes.
type Param struct {
	Name  string
	Shape []int
	Value []float32
	Grad  []float32 // set by the graph that differentiates it; overwritten by every step

	LRMult      float64 // learning rate as a multiple of the schedule's
	WeightDecay float64
}

// Exempt reports whether weight decay leaves this parameter out: biases and norms, which have one
// dimension.
func (p *Param) Exempt() bool { return len(p.Shape) < 2 }

// Weights are the parameters and batch-norm statistics of one branch. Graphs share their slices, so
// an update is seen by all of them.
type Weights struct {
	Config Config
	Input  Input
	Params []*Param
	Stats  []*Param // running means and variances of the batch norms; never touched by an optimizer

	index map[string]*Param
}

// Param returns the parameter or statistic of a name and panics if there is none.
func (w *Weights) Param(name string) *Param {
	p := w.index[name]
	if p == nil {
		panic(fmt.Sprintf("encoders: no parameter %q", name))
	}
	return p
}

// Clone copies the weights and statistics, without gradients.
func (w *Weights) Clone() *Weights {
	c := &Weights{Config: w.Config, Input: w.Input, index: map[string]*Param{}}
	c.Params = cloneParams(w.Params, c.index)
	c.Stats = cloneParams(w.Stats, c.index)
	return c
}

func cloneParams(params []*Param, index map[string]*Param) []*Param {
	out := make([]*Param, len(params))
	for i, p := range params {
		q := *p
		q.Value, q.Grad = append([]float32(nil), p.Value...), nil
		out[i] = &q
		index[q.Name] = &q
	}
	return out
}

// FollowBy moves the weights towards a student's: w ← m·w + (1-m)·student (Tarvainen and Valpola
// 2017). Statistics stay: a teacher in training mode keeps its own.
func (w *Weights) FollowBy(team *team.Team, student *Weights, m float64) {
	for i, p := range w.Params {
		EMA(team, p.Value, student.Params[i].Value, m)
	}
}

// EMA sets x ← m·x + (1-m)·y.
func EMA(team *team.Team, x, y []float32, m float64) {
	kernel.CombineOver(team, x, x, y, float32(m), float32(1-m))
}

func (w *Weights) add(name string, fill func(*rand.Rand) float32, rng func() *rand.Rand, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	p := &Param{Name: name, Shape: shape, Value: make([]float32, n), LRMult: 1}
	r := rng()
	for i := range p.Value {
		p.Value[i] = fill(r)
	}
	w.index[name] = p
	if strings.HasSuffix(name, ".mean") || strings.HasSuffix(name, ".var") {
		w.Stats = append(w.Stats, p)
	} else {
		w.Params = append(w.Params, p)
	}
}
