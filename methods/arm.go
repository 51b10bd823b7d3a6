package methods

import (
	"fmt"

	"protobench/encoders"
	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// arm is one learner with the objective that its prototypes serve. A run has one that feeds the encoder, and any number of
// observers that see the same embeddings and feed nothing back.
type arm struct {
	name      string    // "" for the one that feeds the encoder
	learner   learner   // of the first head: the prototypes that metrics see
	further   []learner // of the objective's other heads
	objective objective
	head      *head
	scores    []float32 // of the teacher where codes are made of them, [2·B,H·K]; else nil
	reseed    *reseeder // nil where prototypes are left where they are

	// Parameters of the objective's own, besides encoder and prototypes, and what trains them; nil where there are none.
	extra     []*encoders.Param
	optimizer encoders.Optimizer
	decay     float64 // their weight decay at the start

	// An observer whose prototypes follow a gradient has a graph of its own on detached embeddings.
	z, zp   []float32
	program *graph.Program
	loss    *G.Node
}

// newArm makes the arm's own learner (name "") or an observer. Observers start at random unit vectors and are never
// re-seeded: a joint observer differs from a joint arm only in who feeds the encoder.
func newArm(cfg Config, name, learnerName string, v views, d int) *arm {
	if name != "" {
		cfg.Settings.Prototypes.Init, cfg.Settings.Prototypes.Reseed = "random", false
	}
	o := newObjective(cfg, v, d)
	learners := newLearners(learnerName, cfg, o, d)
	a := &arm{name: name, objective: o, learner: learners[0], further: learners[1:]}
	a.head = &head{
		objective: o, views: v, k: a.all().k,
		temperature: cfg.Settings.Loss.Temperature, learn: a.learner.params() != nil, patches: patchesOf(o),
	}
	a.reseed = newReseeder(cfg)
	if o.branch() == Teacher && readsScores(o) {
		a.scores = make([]float32, v.global*v.images*a.head.k)
	}
	if s, ok := o.(scorer); ok {
		a.train(cfg.Train, s.params())
	}
	return a
}

// train hands the objective's own parameters to an optimizer.
func (a *arm) train(t Train, params []*encoders.Param) {
	a.extra, a.optimizer, a.decay = params, newOptimizer(t, params), t.WeightDecay
}

// nodes adds the prototypes to a graph: their input node and the effective ones that scores use.
func (a *arm) nodes(g *G.ExprGraph) (input, effective *G.Node, err error) {
	p := a.all()
	input = graph.Input(g, "prototypes", p.value, p.k, p.d)
	switch {
	case !a.head.learn:
		effective, err = graph.StopGradient(input)
	case a.objective.weightNorm():
		effective, err = encoders.Normalize(input)
	default:
		effective = input
	}
	return input, effective, err
}

// observe builds the graph of an observer.
func (a *arm) observe(d int) error {
	a.head.allocate()
	if !a.head.learn {
		return nil
	}
	g, rows := G.NewGraph(), a.head.views.crops*a.head.views.images
	a.z = make([]float32, rows*d)
	input, c, err := a.nodes(g)
	if err != nil {
		return err
	}
	if p := a.head.patches; p != nil {
		a.zp = make([]float32, p.n*p.each*d)
		a.head.zp = graph.Input(g, "patches", a.zp, p.n*p.each, d)
	}
	if a.loss, err = a.head.build(graph.Input(g, "z", a.z, rows, d), c); err != nil {
		return err
	}
	grads, err := graph.Gradients(a.loss, input)
	if err != nil {
		return err
	}
	if a.program, err = graph.Compile(g, append(append(G.Nodes{a.loss}, a.head.kept()...), grads...)...); err != nil {
		return err
	}
	a.follow(a.program.Value(grads[0]))
	return nil
}

// prepare makes the codes' input where the teacher gives the targets.
func (a *arm) prepare(s *stepInput) {
	a.head.in.team, a.head.in.epoch, a.head.in.step = s.team, s.epoch, s.step
	if a.objective.branch() != Teacher {
		return
	}
	p, z, c := a.all(), s.scored[Teacher], a.scoring()
	if a.scores != nil {
		scores(s.team, a.scores, z, c, len(z)/p.d, p.d, p.k)
	}
	a.head.in.scores, a.head.in.z, a.head.in.prototypes = a.scores, z, c
	if a.head.patches != nil {
		a.head.patches.prepare(s.team, s.patches[Teacher], c, s.masks, int(s.epoch))
	}
}

// scoring returns the teacher's prototypes as its scores use them, [H·K,D].
func (a *arm) scoring() []float32 {
	if _, ok := a.learner.(*classifier); ok || keepsLength(a.objective) {
		return a.all().teacher
	}
	return a.all().now[Teacher]
}

// before is the learners' part of a step that comes before the loss.
func (a *arm) before(s *stepInput) { a.each(s, learner.before) }

// finish updates prototypes and objective after the loss is known.
func (a *arm) finish(s *stepInput) {
	if a.head.in.z != nil { // an observer without a graph has none of the student's
		a.head.after()
	}
	if p := a.head.patches; p != nil {
		s.values["loss.patches"] = p.value
	}
	if a.optimizer != nil {
		setDecay(a.extra, a.decay*s.decay)
		a.optimizer.Step(s.team, s.lr)
	}
	a.each(s, a.settle)
}

// settle updates the prototypes of one head and their record.
func (a *arm) settle(l learner, s *stepInput) {
	l.after(s)
	if a.prototypeFree() {
		return
	}
	p := l.vectors()
	p.moved(s.team)
	if a.reseed != nil {
		a.reseed.run(l, a.objective.center(), s)
		p.moved(s.team)
	}
	p.endStep(s)
}

// watch is a whole step of an observer.
func (a *arm) watch(s *stepInput) error {
	host := s.values
	s.values = map[string]float64{}
	defer func() {
		for name, v := range s.values {
			host["observer."+a.name+"."+name] = v
		}
		s.values = host
	}()
	a.before(s)
	a.prepare(s)
	if a.program != nil {
		copy(a.z, s.scored[Student])
		copy(a.zp, s.patches[Student])
		if err := a.program.Run(s.team); err != nil {
			return fmt.Errorf("observer %s: %w", a.name, err)
		}
		s.values["loss"] = float64(a.program.Value(a.loss)[0])
	}
	a.finish(s)
	return nil
}
