package methods

import (
	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// EvalBatch is the number of images that an evaluation graph takes at a time: few, so that maps
// stay in the cache from one layer to the next. No image's numbers depend on it.
const EvalBatch = 64

// evaluator runs one branch in evaluation mode.
type evaluator struct {
	team     *team.Team
	program  *graph.Program
	x        []float32 // [EvalBatch,H,W,C]
	features []float32 // [EvalBatch,F], overwritten by every run
	z        []float32 // [EvalBatch,D], the embedding's projections
	f, d     int
}

func newEvaluator(team *team.Team, arena *graph.Arena, w *encoders.Weights, project func(*G.Node) (*G.Node, error)) (*evaluator, error) {
	in := w.Input
	e := &evaluator{team: team, x: make([]float32, EvalBatch*in.Height*in.Width*in.Channels), f: w.Config.Features(), d: w.Config.Dim}
	g := G.NewGraph()
	nodes, err := w.Build(graph.Input(g, "x", e.x, EvalBatch, in.Height, in.Width, in.Channels), encoders.Evaluation, "")
	if err != nil {
		return nil, err
	}
	z, err := project(nodes.Embedding)
	if err != nil {
		return nil, err
	}
	if e.program, err = arena.Compile(g, z, nodes.Features); err != nil {
		return nil, err
	}
	e.features, e.z = e.program.Value(nodes.Features), e.program.Value(z)
	return e, nil
}

// fault traces features or embeddings that are not finite.
func (e *evaluator) fault() *NonFinite {
	f, ok := e.program.Fault(e.team)
	if !ok {
		f = graph.Fault{Tensor: "features or embeddings of images, and in none when they are taken again"}
	}
	f = inGraph(f, "evaluation")
	return &NonFinite{Tensor: f.Tensor, Operation: f.Operation}
}

// run returns features [n,F] and projections [n,D] of images [n,H,W,C]. Where they are not finite the
// error is a *[NonFinite].
func (e *evaluator) run(images []float32) (features, z []float32, err error) {
	size := len(e.x) / EvalBatch
	n := len(images) / size
	features, z = make([]float32, n*e.f), make([]float32, n*e.d)
	for lo := 0; lo < n; lo += EvalBatch {
		rows := min(EvalBatch, n-lo)
		copy(e.x, images[lo*size:(lo+rows)*size])
		if err := e.program.Run(e.team); err != nil {
			return nil, nil, err
		}
		if !kernel.Finite(e.features[:rows*e.f]) || !kernel.Finite(e.z[:rows*e.d]) {
			return nil, nil, e.fault()
		}
		copy(features[lo*e.f:], e.features[:rows*e.f])
		copy(z[lo*e.d:], e.z[:rows*e.d])
	}
	return features, z, nil
}
