package methods

import (
	"time"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/methods/part"
)

// Operation is one operation of a step's graphs.
type Operation struct {
	Kind  string
	FLOP  float64       // two a multiply-add of its products; 0 where it has none
	Bytes int           // see [graph.Operation]
	Spent time.Duration // of all steps so far
}

// Operations returns those of the student's graph.
func (s *StudentAlone) Operations() []Operation { return s.t.operations(s.t.student) }

// Operations returns those of all graphs of a step: the student's, the teacher's and the observers'.
// The update, the learners' own work and the teacher's moving average are in no graph.
func (t *Trainer) Operations() []Operation {
	all := append(t.operations(t.student), t.operations(t.teacher)...)
	for _, o := range t.observers {
		if o.program != nil {
			all = append(all, t.operations(o.program)...)
		}
	}
	return all
}

func (t *Trainer) operations(p *graph.Program) []Operation {
	var all []Operation
	for _, o := range p.Operations() {
		n := Operation{Kind: o.Kind, Bytes: o.Bytes, Spent: o.Spent}
		n.FLOP = 2 * float64(t.products(o))
		all = append(all, n)
	}
	return all
}

// products counts an operation's multiply-adds.
func (t *Trainer) products(o graph.Operation) int {
	switch o.Kind {
	case "scores":
		return o.In[0].TotalSize() * o.In[1][0]
	case "scores-grad":
		n := o.In[0].TotalSize() * o.In[1][0]
		if t.host.head.Gradient {
			n *= 2
		}
		return n
	case "koleo":
		return o.In[0].TotalSize() * o.In[0][0]
	}
	images := 1
	if o.Kind == "attention" || o.Kind == "attention-grad" {
		images = t.sequences(o.Out[0])
	}
	return encoders.Products(o.Kind, o.In, o.Out, images)
}

// sequences is the number of images that rows of tokens are of: the global crops, or the local ones.
func (t *Trainer) sequences(rows int) int {
	train := t.cfg.Train
	global := 2 * train.Batch
	if rows == global*(1+t.cfg.Encoder.Patches(t.cfg.Input)) {
		return global
	}
	return train.LocalCrops * train.Batch
}

// UpdateBytes is what one update reads and writes besides its graphs: weights, gradients and the
// optimizer's sums of each parameter and, with a teacher, its moving average.
func (t *Trainer) UpdateBytes() (n int) {
	for _, p := range t.weights[part.Student].Params {
		arrays := 3 // weights read and written, gradients read
		arrays += 2 * len(t.optimizer.Slots(p))
		if t.weights[part.Teacher] != nil {
			arrays += 3
		}
		n += 4 * arrays * len(p.Value)
	}
	return n
}

// UpdateBytes is that of [Trainer.UpdateBytes].
func (s *StudentAlone) UpdateBytes() int { return s.t.UpdateBytes() }
