package methods

import (
	"fmt"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// arm is one learner with the objective that its prototypes serve. A run has one that feeds the encoder, and any number of
// observers that see the same embeddings and feed nothing back.
type arm struct {
	name      string    // "" for the one that feeds the encoder
	learners  []learner // one for each head of the objective; the first one's prototypes are those that metrics see
	objective objective
	traits    Traits
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

// newHost makes the arm's own learner, which feeds the encoder.
func newHost(c part.Config, v views, d int) *arm { return newArm(c, "", c.Composition.Learner, v, d) }

// newObserver makes an observer. Observers start at random unit vectors and are never re-seeded: a joint observer differs from a
// joint arm only in who feeds the encoder.
func newObserver(c part.Config, name string, v views, d int) *arm {
	c.Settings.MustSetAll(map[string]any{"prototypes.init": "random", "prototypes.reseed": false})
	return newArm(c, name, name, v, d)
}

func newArm(c part.Config, name, learnerName string, v views, d int) *arm {
	declared, _ := objectiveFind(c.Composition.Objective) // checked before
	t := declared.Traits(c.Settings)
	o := declared.New(c, v, d)
	a := &arm{name: name, objective: o, traits: t, learners: newLearners(learnerName, c, o, t, d)}
	a.head = newHead(o, t, v, a.all().k, c.Settings.Float("loss.temperature"), a.learners[0].params() != nil)
	if !declared.Owns() {
		a.reseed = newReseeder(c)
	}
	if t.Targets == part.Teacher && t.Scores {
		a.scores = make([]float32, v.global*v.images*a.head.k)
	}
	if s, ok := o.(scorer); ok && len(s.params()) > 0 {
		a.extra, a.optimizer, a.decay = s.params(), c.Train.NewOptimizer(s.params()), c.Train.WeightDecay
	}
	return a
}

// newLearners makes a learner for each head of the objective, or the objective's own ones.
func newLearners(name string, c part.Config, o objective, t Traits, d int) []learner {
	heads, k := max(1, t.Heads), c.Settings.Int("prototypes.count")
	start := randomHeads(c.Seed, heads, k, d)
	if own, ok := o.(owner); ok {
		return own.own(c, start, d)
	}
	var out []learner
	for _, p := range newHeads(start, heads, k, d, gradient(name)) {
		out = append(out, newLearner(name, c, Host{Lengths: t.WeightNorm || t.Lengths}, p))
	}
	return out
}

// all are the prototypes of all heads.
func (a *arm) all() *prototypes { return a.learners[0].vectors().whole }

// follow gives each head's learner its part of the prototypes' gradient [H·K,D].
func (a *arm) follow(grad []float32) {
	for h, l := range a.learners {
		p := l.vectors()
		l.params()[0].Grad = grad[h*p.k*p.d:][:p.k*p.d]
	}
}

// each runs a part of the step for the learner of each head. Scalars are those of the first one, and so are events about all
// prototypes; other events of further heads count their prototypes on from it.
func (a *arm) each(s *stepInput, f func(learner, *stepInput)) {
	f(a.learners[0], s)
	for h, l := range a.learners[1:] {
		own := *s
		own.found = newFound()
		f(l, &own)
		for _, e := range own.found.Events {
			if e.Prototype >= 0 {
				s.found.event(e.Kind, (h+1)*l.vectors().k+e.Prototype)
			}
		}
	}
}

// nodes adds the prototypes to a graph: their input node and the effective ones that scores use.
func (a *arm) nodes(g *G.ExprGraph) (input, effective *G.Node, err error) {
	p := a.all()
	input = graph.Input(g, "prototypes", p.value, p.k, p.d)
	switch {
	case !a.head.learn:
		effective, err = graph.StopGradient(input)
	case a.traits.WeightNorm:
		effective, err = encoders.Normalize(input)
	default:
		effective = input
	}
	return input, effective, err
}

// buildAlone builds the graph of an observer whose prototypes follow a gradient.
func (a *arm) buildAlone(d int) error {
	if !a.head.learn {
		return nil
	}
	g, rows := G.NewGraph(), a.head.views.crops*a.head.views.images
	a.z = make([]float32, rows*d)
	input, c, err := a.nodes(g)
	if err != nil {
		return err
	}
	var zp *G.Node
	if p := a.head.patches; p != nil {
		a.zp = make([]float32, p.n*p.each*d)
		zp = graph.Input(g, "patches", a.zp, p.n*p.each, d)
	}
	if a.loss, err = a.head.build(graph.Input(g, "z", a.z, rows, d), zp, c); err != nil {
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
	in := codeInput{team: s.team, epoch: s.epoch, step: s.step}
	if a.traits.Targets == part.Teacher {
		in.scores, in.z, in.prototypes = a.scores, s.scored[part.Teacher], a.scoring()
		if a.scores != nil {
			p := a.all()
			kernel.InnerProducts(s.team, a.scores, in.z, in.prototypes, len(in.z)/p.d, p.d, p.k)
		}
		if a.head.patches != nil {
			a.head.patches.prepare(s.team, s.patches[part.Teacher], in.prototypes, s.masks, int(s.epoch))
		}
	}
	a.head.take(in)
}

// scoring returns the teacher's prototypes as its scores use them, [H·K,D].
func (a *arm) scoring() []float32 {
	if a.traits.Lengths {
		return a.all().teacher
	}
	return a.all().now[part.Teacher]
}

// before is the learners' part of a step that comes before the loss.
func (a *arm) before(s *stepInput) { a.each(s, learner.before) }

// finish updates prototypes and objective after the loss is known.
func (a *arm) finish(s *stepInput) {
	if a.traits.Targets == part.Teacher || a.name == "" || a.program != nil { // else no graph has found the student's embeddings
		a.head.after()
	}
	if p := a.head.patches; p != nil {
		s.found.note("loss.patches", p.value)
	}
	if a.optimizer != nil {
		part.SetDecay(a.extra, a.decay*s.decay)
		a.optimizer.Step(s.team, s.lr)
	}
	a.each(s, a.settle)
}

// settle updates the prototypes of one head and their record.
func (a *arm) settle(l learner, s *stepInput) {
	l.after(s)
	if a.traits.Free {
		return
	}
	p := l.vectors()
	p.moved(s.team)
	if a.reseed != nil {
		a.reseed.run(l, a.objective.offset(a.scoring(), int(s.epoch)), s)
		p.moved(s.team)
	}
	p.endStep(s)
}

// watch is a whole step of an observer.
func (a *arm) watch(host *stepInput) (*Found, error) {
	s := *host
	s.found = newFound()
	a.before(&s)
	a.prepare(&s)
	if a.program != nil {
		copy(a.z, s.scored[part.Student])
		copy(a.zp, s.patches[part.Student])
		if err := a.program.Run(s.team); err != nil {
			return nil, fmt.Errorf("observer %s: %w", a.name, err)
		}
		s.found.note("loss", float64(a.program.Value(a.loss)[0]))
	}
	a.finish(&s)
	return s.found, nil
}
