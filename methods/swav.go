package methods

import G "gorgonia.org/gorgonia"

// swav predicts one view's code from the other (Caron et al. 2020, eq. 1-2): codes are the scores of one branch
// balanced by [Sinkhorn], joined with the scores of a queue of past embeddings once that is full and its epoch has come.
type swav struct {
	SwAV
	v      views
	k, d   int
	queue  []float32 // [global,Queue,D], newest first
	filled []float64 // one element: rows of each queue that hold embeddings
	joined []float32
}

func newSwAV(s SwAV, v views, k, d int) *swav {
	o := &swav{SwAV: s, v: v, k: k, d: d, filled: make([]float64, 1)}
	o.queue = make([]float32, v.global*s.Queue*d)
	o.joined = make([]float32, (s.Queue+v.images)*k)
	return o
}

func (o *swav) branch() Branch {
	if o.Targets == "teacher" {
		return Teacher
	}
	return Student
}

func (o *swav) weightNorm() bool   { return false }
func (o *swav) unnormalised() bool { return false }
func (o *swav) center() []float32  { return nil }

func (o *swav) loss(h *head, s, targets *G.Node) (*G.Node, error) { return h.crossEntropy(s, targets) }

// inUse reports whether the queue takes part in the codes.
func (o *swav) inUse(epoch float64) bool {
	return o.Queue > 0 && int(o.filled[0]) == o.Queue && epoch >= o.QueueStart
}

func (o *swav) codes(q []float32, in codeInput) {
	n := o.v.images * o.k
	for g := range o.v.global {
		own := in.scores[g*n:][:n]
		if !o.inUse(in.epoch) {
			Sinkhorn(in.team, q[g*n:][:n], own, o.v.images, o.k, o.Epsilon, o.Iterations)
			continue
		}
		past := o.Queue * o.k
		scores(in.team, o.joined[:past], o.queue[g*o.Queue*o.d:], in.prototypes, o.Queue, o.d, o.k)
		copy(o.joined[past:], own)
		Sinkhorn(in.team, o.joined, o.joined, o.Queue+o.v.images, o.k, o.Epsilon, o.Iterations)
		copy(q[g*n:][:n], o.joined[past:])
	}
}

// after puts the batch's embeddings in front of the queues; the oldest drop out.
func (o *swav) after(in codeInput) {
	if o.Queue == 0 {
		return
	}
	rows := min(o.v.images, o.Queue)
	for g := range o.v.global {
		q := o.queue[g*o.Queue*o.d:][:o.Queue*o.d]
		copy(q[rows*o.d:], q)
		copy(q[:rows*o.d], in.z[g*o.v.images*o.d:])
	}
	o.filled[0] = min(float64(o.Queue), o.filled[0]+float64(rows))
}

func (o *swav) state(prefix string) []Named {
	return []Named{f32(prefix+"queue", o.queue), f64(prefix+"queue.filled", o.filled)}
}
