package clustering

import (
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/objective"

	G "gorgonia.org/gorgonia"
)

// pclLoss is the loss of [pcl] with what its backward pass needs. Both terms are softmaxes over
// inner products of queries with columns of their own: the gradient of the queries is gathered
// while the loss is computed.
type pclLoss struct {
	o     *pcl
	h     *objective.Head
	dz    []float32 // [crops·B,D], gradient of the loss
	block []float32 // logits
	room  []float32 // columns [n,D]

	inverse []float32 // [n] one over the columns' temperatures
	losses  []float64 // [B]
}

func newPCLLoss(o *pcl, h *objective.Head) *pclLoss {
	return &pclLoss{o: o, h: h, dz: make([]float32, o.v.Crops*o.v.Images*o.d), losses: make([]float64, o.v.Images)}
}

// node adds the loss of queries z [crops·B,D]; the keys are the head's input. targets says that
// they are there.
func (l *pclLoss) node(z, targets *G.Node) (*G.Node, error) {
	return graph.Apply(graph.Op{
		Kind: "pcl", Diff: []bool{true, false},
		Forward: func(team *team.Team, in [][]float32, out []float32) { out[0] = l.value(team, in[0]) },
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "pcl-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dz []float32) {
					for i, g := range l.dz {
						dz[i] = v[0][0] * g
					}
				},
			}, grad, out)
			return G.Nodes{dz, nil}, err
		},
	}, z, targets)
}

// value computes the loss and its gradient for queries z.
func (l *pclLoss) value(team *team.Team, z []float32) float32 {
	o, size := l.o, l.o.v.Images*l.o.d
	clear(l.dz)
	o.terms = [2]float64{}
	scale := float64(l.h.Scaled(1))
	crops := o.v.Predicting()
	for c := range o.v.Crops {
		for g := range o.v.Global {
			if c != g {
				o.terms[0] += l.infoNCE(team, z[c*size:][:size], l.h.Input.Z[g*size:][:size], l.dz[c*size:][:size], scale*float64(o.v.Weight()))
			}
		}
	}
	if o.ready[0] == 1 {
		weight := scale / float64(len(crops)*o.v.Images*len(o.sets))
		for m, s := range o.sets {
			near := o.clusters(s, l.h.Input.Z)
			columns := o.columns(m, near)
			for _, c := range crops {
				o.terms[1] += l.protoNCE(team, s, columns, z[c*size:][:size], l.dz[c*size:][:size], weight)
			}
		}
	}
	return float32(o.terms[0] + o.terms[1])
}

// infoNCE adds weight times the sum over images of the cross-entropy of finding each query's own
// key, column 0, among the queue's. Keys and the queue get no gradient.
func (l *pclLoss) infoNCE(team *team.Team, q, keys, dq []float32, weight float64) float64 {
	o := l.o
	n, r, d, inv := o.v.Images, o.queue.Rows(), o.d, float32(1/o.Temperature)
	f, width := float32(weight)*inv, r+1
	logits := l.logits(n * width)
	kernel.Gemm(team, false, true, n, r, d, q, d, o.queue.Value, d, logits[1:], width, false)
	team.Chunks(n, objective.RowTask, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			row, own := logits[b*width:][:width], keys[b*d:][:d]
			row[0] = kernel.Dot(q[b*d:][:d], own)
			l.losses[b] = softmaxLoss(row, 0, inv)
			kernel.Scale(row, row, f)
			kernel.Axpy(row[0], own, dq[b*d:][:d])
		}
	})
	kernel.Gemm(team, false, false, n, d, r, logits[1:], width, o.queue.Value, d, dq, d, true)
	return weight * l.sum()
}

// protoNCE adds weight times the sum over images of the cross-entropy of finding each query's own
// centroid, column b for image b.
func (l *pclLoss) protoNCE(team *team.Team, s *clusterSet, columns []int, q, dq []float32, weight float64) float64 {
	d, width := l.o.d, len(columns)
	n := l.o.v.Images
	l.room, l.inverse = l.room[:0], l.inverse[:0]
	for _, k := range columns {
		l.room = append(l.room, s.centroids[k*d:][:d]...)
		l.inverse = append(l.inverse, float32(1/s.phi[k]))
	}
	logits := l.logits(n * width)
	kernel.InnerProducts(team, logits, q, l.room, n, d, width)
	team.Chunks(n, objective.RowTask, func(lo, hi int) {
		for b := lo; b < hi; b++ {
			row := logits[b*width:][:width]
			for j, v := range l.inverse {
				row[j] *= v
			}
			l.losses[b] = softmaxLoss(row, b, 1)
			for j, v := range l.inverse {
				row[j] *= float32(weight) * v
			}
		}
	})
	kernel.Gemm(team, false, false, n, d, width, logits, width, l.room, d, dq, d, true)
	return weight * l.sum()
}

// sum adds up the images' losses.
func (l *pclLoss) sum() (total float64) {
	for _, v := range l.losses {
		total += v
	}
	return total
}

func (l *pclLoss) logits(n int) []float32 {
	if len(l.block) < n {
		l.block = make([]float32, n)
	}
	return l.block[:n]
}

// softmaxLoss returns the cross-entropy of a row of logits, times scale, with a label, and leaves
// its gradient by the scaled logits in the row.
func softmaxLoss(row []float32, label int, scale float32) float64 {
	own := float64(float32(row[label] * scale))
	loss := kernel.SoftmaxScaled(row, row, scale) - own
	row[label]--
	return loss
}
