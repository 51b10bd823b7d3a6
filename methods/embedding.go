package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// Centring holds the keys of the [centring] table.
type Centring struct {
	Momentum float64 `key:"momentum" default:"0.99" range:"[0,1)" doc:"EMA momentum of the teacher embeddings' running mean (a plain mean over the first steps)"`
}

// embeddings are what may become of the projector's output, in the order of tables.
func embeddings() []part.Declaration {
	return []part.Declaration{
		{Name: "plain", Doc: "projector output on the unit sphere (carp: as it is)"},
		{
			Name: centred, Doc: "the teacher's running mean is taken off both branches' embeddings, then L2 again (carp: not normalised)",
			Table: setting.Of[Centring]("centring").OwnedBy(centred),
		},
	}
}

const centred = "centred"

// embedding turns the projector's output into what scores see: L2-normalised, and with centred also
// less the teacher's running mean and normalised again: one direction that all embeddings share
// would otherwise dominate every mixture and every cosine. Where the objective takes it
// unnormalised (CARP, SMoG, SeLa) neither normalisation is done, and learners get its direction.
type embedding struct {
	centred  bool
	raw      bool // the objective takes embeddings unnormalised
	momentum float64
	d        int
	mean     []float32 // running mean of the teacher's projections, [D]
	count    []float64 // one element: batches seen
}

func newEmbedding(cfg part.Config, raw bool, d int) *embedding {
	return &embedding{
		centred: cfg.Composition.Embedding == centred, raw: raw, momentum: cfg.Settings.Float("centring.momentum"), d: d,
		mean: make([]float32, d), count: make([]float64, 1),
	}
}

// node adds the student's embedding to the graph. The mean is a constant of the step.
func (e *embedding) node(z *G.Node) (*G.Node, error) {
	z, err := e.project(z)
	if err != nil || !e.centred {
		return z, err
	}
	if z, err = term.SubtractNode(z, e.mean); err != nil {
		return nil, err
	}
	return e.project(z)
}

// project adds what comes before and after the mean is taken off: the unit sphere, or nothing.
func (e *embedding) project(z *G.Node) (*G.Node, error) {
	if e.raw {
		return z, nil
	}
	return encoders.Normalize(z)
}

// track moves the mean towards that of a batch of teacher projections z [n,D]: a plain mean over
// the first batches, then an EMA.
func (e *embedding) track(z []float32) {
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

// apply sets dst to the embedding of projections z [n,D]; dst may be z.
func (e *embedding) apply(dst, z []float32) {
	if !e.centred {
		copy(dst, z)
		return
	}
	term.Subtract(dst, z, e.mean)
	if !e.raw {
		kernel.NormalizeRows(dst, dst, len(z)/e.d, e.d, nil)
	}
}

// directions returns embeddings z [n,D] on the unit sphere, where learners work: in dst, or z
// itself where it lies there already.
func (e *embedding) directions(dst, z []float32) []float32 {
	if !e.raw {
		return z
	}
	kernel.NormalizeRows(dst, z, len(z)/e.d, e.d, nil)
	return dst
}

func (e *embedding) State(prefix string) []part.Named {
	return []part.Named{part.F32Of(prefix+"mean", e.mean), part.F64Of(prefix+"count", e.count)}
}
