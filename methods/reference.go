package methods

import (
	"fmt"
	"math"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/encoders/optim"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// Reference is an encoder of the reference rows: trained with labels, or not at all.
type Reference struct {
	cfg       part.Config
	classes   int
	weights   *encoders.Weights
	head      []*encoders.Param
	x         []float32
	targets   []float32   // one-hot, [2·B,classes]
	arena     graph.Arena // of training and evaluation, which never run together
	program   *graph.Program
	loss      []float32
	optimizer optim.Optimizer
	lr        optim.Cosine
	decay     optim.Cosine // of the weight decay, as a multiple of its start
	eval      *evaluator
	params    []*encoders.Param // what the optimizer changes
	done      []float64         // one element: steps done
}

// NewSupervised returns an encoder that learns the classes by cross-entropy on a linear layer
// behind its backbone, with the arms' own initial weights, views, optimizer and budget: what the
// encoder can reach on this set.
func NewSupervised(cfg part.Config, classes int) (*Reference, error) {
	return newReference(cfg, classes)
}

// NewUntrained returns an encoder at the arms' initial weights. Its steps only run the network in
// training mode, which gives its batch norms statistics to be evaluated with.
func NewUntrained(cfg part.Config) (*Reference, error) { return newReference(cfg, 0) }

func newReference(cfg part.Config, classes int) (*Reference, error) {
	if cfg.Team == nil {
		cfg.Team = team.New(1)
	}
	cfg.Encoder.BF16 = cfg.Train.BF16()
	w, err := encoders.New(cfg.Encoder, cfg.Input, cfg.Seed)
	if err != nil {
		return nil, err
	}
	in, rows := cfg.Input, 2*cfg.Train.Batch
	r := &Reference{cfg: cfg, classes: classes, weights: w, done: make([]float64, 1), x: make([]float32, rows*in.Height*in.Width*in.Channels)}
	r.lr = optim.Cosine{Base: cfg.Train.LR, Final: cfg.Train.FinalLR, Warmup: int(cfg.Train.Warmup * float64(cfg.Steps())), Total: cfg.Steps()}
	r.decay = optim.Cosine{Base: 1, Final: cfg.Train.DecayRise, Total: cfg.Steps()}
	return r, graph.Build(func() (err error) {
		if err := r.build(); err != nil {
			return err
		}
		r.eval, err = newEvaluator(cfg.Team, &r.arena, w, encoders.Normalize)
		return err
	})
}

func (r *Reference) build() error {
	in, rows, g := r.cfg.Input, 2*r.cfg.Train.Batch, G.NewGraph()
	nodes, err := r.weights.Build(graph.Input(g, "x", r.x, rows, in.Height, in.Width, in.Channels), encoders.Training, "")
	if err != nil {
		return err
	}
	if r.classes == 0 {
		r.program, err = r.arena.Compile(g, nodes.Embedding)
		return err
	}
	loss, head, err := r.classifier(g, nodes.Features, rows)
	if err != nil {
		return err
	}
	// The projector lies behind the features and has no part in this loss.
	var params []*encoders.Param
	var wrt G.Nodes
	for i, p := range r.weights.Params {
		if !isProjector(p.Name) {
			params, wrt = append(params, p), append(wrt, nodes.Params[i])
		}
	}
	params, wrt = append(params, r.head...), append(wrt, head...)
	grads, err := graph.Gradients(loss, wrt...)
	if err != nil {
		return err
	}
	if r.program, err = r.arena.Compile(g, append(G.Nodes{loss}, grads...)...); err != nil {
		return err
	}
	for i, p := range params {
		p.Grad = r.program.Value(grads[i])
	}
	r.params = params
	r.loss, r.optimizer = r.program.Value(loss), r.cfg.Train.NewOptimizer(params)
	return nil
}

func isProjector(name string) bool { return len(name) >= 9 && name[:9] == "projector" }

func (r *Reference) classifier(g *G.ExprGraph, features *G.Node, rows int) (*G.Node, G.Nodes, error) {
	f := r.cfg.Encoder.Features()
	w := &encoders.Param{Name: "classifier.weight", Shape: []int{f, r.classes}, Value: make([]float32, f*r.classes), LRMult: 1}
	b := &encoders.Param{Name: "classifier.bias", Shape: []int{r.classes}, Value: make([]float32, r.classes), LRMult: 1}
	rng, bound := stream.New(r.cfg.Seed, "classifier"), 1/math.Sqrt(float64(f))
	for i := range w.Value {
		w.Value[i] = float32(bound * stream.Either(rng))
	}
	r.head, r.targets = []*encoders.Param{w, b}, make([]float32, rows*r.classes)
	head := G.Nodes{graph.Input(g, w.Name, w.Value, w.Shape...), graph.Input(g, b.Name, b.Value, b.Shape...)}
	logits, err := encoders.Linear(features, head[0], head[1], false, true)
	if err != nil {
		return nil, nil, err
	}
	loss, err := term.CrossEntropyNode(logits, graph.Input(g, "targets", r.targets, rows, r.classes), 1, 1/float32(rows))
	return loss, head, err
}

// Step runs one step on views [2·B,H,W,C] with the classes [2·B] of their images and returns the
// loss, 0 where nothing is learned. Where loss or gradients are not finite the error is a
// *[NonFinite] and no weight has changed.
func (r *Reference) Step(views []float32, labels []int) (float64, error) {
	copy(r.x, views)
	if r.classes > 0 {
		clear(r.targets)
		for i, y := range labels {
			r.targets[i*r.classes+y] = 1
		}
	}
	if err := r.program.Run(r.cfg.Team); err != nil {
		return 0, fmt.Errorf("reference: %w", err)
	}
	if r.classes == 0 {
		return 0, nil
	}
	if nonFiniteLoss(r.loss[0]) != "" || !finiteGradients(r.params) {
		return float64(r.loss[0]), r.origin()
	}
	part.SetDecay(r.params, r.cfg.Train.WeightDecay*r.decay.At(int(r.done[0])))
	r.optimizer.Step(r.cfg.Team, r.lr.At(int(r.done[0])))
	r.done[0]++
	return float64(r.loss[0]), nil
}

// Features returns backbone features [n,F] of images [n,H,W,C] in evaluation mode.
func (r *Reference) Features(images []float32) ([]float32, error) {
	f, _, err := r.eval.run(images)
	return f, err
}

func (r *Reference) entries() []part.Named {
	out := []part.Named{part.F64Of("step", r.done)}
	out = append(append(out, part.ParamState("student.", r.weights.Params)...), part.ParamState("student.", r.weights.Stats)...)
	if r.optimizer == nil {
		return out
	}
	return append(append(out, part.ParamState("", r.head)...), part.OptimizerState("optimizer.", r.optimizer, r.params)...)
}

// State returns a copy of everything that a resumed run needs.
func (r *Reference) State() []part.Named { return part.CopyOut(r.entries()) }

// Load restores a State; a missing, surplus or misshapen entry is an error and changes nothing.
func (r *Reference) Load(state []part.Named) error { return part.CopyIn(r.entries(), state) }
