package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"

	G "gorgonia.org/gorgonia"
)

// embedding turns the projector's output into what scores see: L2-normalised, and with centred also less the teacher's running mean and
// normalised again. One direction that all embeddings share would otherwise dominate every mixture and every cosine.
type embedding struct {
	centred  bool
	momentum float64
	d        int
	mean     []float32 // running mean of the teacher's normalised embeddings, [D]
	count    []float64 // one element: batches seen
}

func newEmbedding(cfg Config, d int) *embedding {
	return &embedding{
		centred: cfg.Composition.Embedding == "centred", momentum: cfg.Settings.Centring.Momentum, d: d,
		mean: make([]float32, d), count: make([]float64, 1),
	}
}

// node adds the student's embedding to the graph. The mean is a constant of the step.
func (e *embedding) node(z *G.Node) (*G.Node, error) {
	z, err := encoders.Normalize(z)
	if err != nil || !e.centred {
		return z, err
	}
	if z, err = subtractNode(z, e.mean); err != nil {
		return nil, err
	}
	return encoders.Normalize(z)
}

// learn moves the mean towards that of a batch of normalised teacher embeddings z [n,D]: a plain mean over the
// first batches, then an EMA.
func (e *embedding) learn(z []float32) {
	if !e.centred {
		return
	}
	e.count[0]++
	rate := max(1-e.momentum, 1/e.count[0])
	sum := make([]float64, e.d)
	for i, v := range z {
		sum[i%e.d] += float64(v)
	}
	n := float64(len(z) / e.d)
	for j, s := range sum {
		e.mean[j] += float32(rate * (s/n - float64(e.mean[j])))
	}
}

// apply sets dst to the embedding of normalised projections z [n,D]; dst may be z.
func (e *embedding) apply(dst, z []float32) {
	if !e.centred {
		copy(dst, z)
		return
	}
	subtract(dst, z, e.mean)
	kernel.NormalizeRows(dst, dst, len(z)/e.d, e.d, nil)
}

func (e *embedding) state(prefix string) []Named {
	return []Named{f32(prefix+"mean", e.mean), f64(prefix+"count", e.count)}
}
