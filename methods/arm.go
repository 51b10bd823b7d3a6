package methods

import (
	"fmt"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// arm is one learner with the objective that its prototypes serve. A run has one that feeds the
// encoder, and any number of observers that see the same embeddings and feed nothing back.
type arm struct {
	name      string            // "" for the one that feeds the encoder
	learners  []learner.Learner // one for each head of the objective; the first one's prototypes are those that metrics see
	objective objective.Objective
	traits    objective.Traits
	head      *objective.Head
	scores    []float32             // of the teacher where codes are made of them, [2·B,H·K]; else nil
	reseed    *learner.Reseeder     // nil where prototypes are left where they are
	intervene *learner.Intervention // nil where nothing is done to them from outside
	student   []float32             // the student's scores, their graph's buffer; nil where no graph has them

	probing bool  // whether the step takes a probe
	probe   Probe // of the last step that did

	// Parameters of the objective's own, besides encoder and prototypes, and what trains them; nil
	// where there are none.
	extra     []*encoders.Param
	optimizer optim.Optimizer
	decay     float64 // their weight decay at the start

	// An observer whose prototypes follow a gradient has a graph of its own on detached embeddings.
	z, zp   []float32
	program *graph.Program
	loss    *G.Node
}

// newHost makes the arm's own learner, which feeds the encoder.
func newHost(c part.Config, v objective.Views, d int) *arm {
	return newArm(c, "", c.Composition.Learner, v, d)
}

// newObserver makes an observer. Observers start at random unit vectors and are never re-seeded: a
// joint observer differs from a joint arm only in who feeds the encoder.
func newObserver(c part.Config, name string, v objective.Views, d int) *arm {
	c.Settings.MustSetAll(map[string]any{"prototypes.init": "random", "prototypes.reseed": false, "prototypes.intervene": "none"})
	return newArm(c, name, name, v, d)
}

func newArm(c part.Config, name, learnerName string, v objective.Views, d int) *arm {
	declared, _ := findObjective(c.Composition.Objective) // checked before
	t := declared.Traits(c.Settings)
	o := declared.New(c, v, d)
	a := &arm{name: name, objective: o, traits: t, learners: newLearners(learnerName, c, o, t, d)}
	a.head = objective.NewHead(o, t, v, a.all().K, c.Settings.Float("loss.temperature"), a.learners[0].Params() != nil)
	if !declared.Owns() {
		a.reseed, a.intervene = learner.NewReseeder(c), learner.NewIntervention(c)
	}
	if t.Targets == part.Teacher && t.Scores {
		a.scores = make([]float32, v.Global*v.Images*a.head.K)
	}
	if s, ok := o.(objective.Scorer); ok && len(s.Params()) > 0 {
		a.extra, a.optimizer, a.decay = s.Params(), c.Train.NewOptimizer(s.Params()), c.Train.WeightDecay
	}
	return a
}

// newLearners makes a learner for each head of the objective, or the objective's own ones.
func newLearners(name string, c part.Config, o objective.Objective, t objective.Traits, d int) []learner.Learner {
	heads, k := max(1, t.Heads), c.Settings.Int("prototypes.count")
	start := learner.RandomHeads(c.Seed, heads, k, d)
	if own, ok := o.(objective.Owner); ok {
		return own.Own(c, start, d)
	}
	var out []learner.Learner
	for _, p := range learner.NewHeads(start, heads, k, d, learner.Gradient(name)) {
		out = append(out, learner.New(name, c, learner.Host{Lengths: t.WeightNorm || t.Lengths}, p))
	}
	return out
}

// all are the prototypes of all heads.
func (a *arm) all() *learner.Prototypes { return a.learners[0].Vectors().Whole }

// follow gives each head's learner its part of the prototypes' gradient [H·K,D].
func (a *arm) follow(grad []float32) {
	for h, l := range a.learners {
		p := l.Vectors()
		l.Params()[0].Grad = grad[h*p.K*p.D:][:p.K*p.D]
	}
}

// each runs a part of the step for the learner of each head. Scalars are those of the first one,
// and so are events about all prototypes; other events of further heads count their prototypes on
// from it.
func (a *arm) each(s *learner.Step, f func(learner.Learner, *learner.Step)) {
	f(a.learners[0], s)
	for h, l := range a.learners[1:] {
		own := *s
		own.Found = learner.NewFound()
		f(l, &own)
		for _, e := range own.Found.Events {
			if e.Prototype >= 0 {
				s.Found.Event(e.Kind, (h+1)*l.Vectors().K+e.Prototype)
			}
		}
	}
}

// nodes adds the prototypes to a graph, where there are scores with them: their input node and the
// effective ones that scores use.
func (a *arm) nodes(g *G.ExprGraph) (input, effective *G.Node, err error) {
	if !a.head.Scored() {
		return nil, nil, nil
	}
	p := a.all()
	input = graph.Input(g, "prototypes", p.Value, p.K, p.D)
	switch {
	case !a.head.Gradient:
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
	if !a.head.Gradient {
		return nil
	}
	g, rows := G.NewGraph(), a.head.Views.Crops*a.head.Views.Images
	a.z = make([]float32, rows*d)
	input, c, err := a.nodes(g)
	if err != nil {
		return err
	}
	var zp *G.Node
	if p := a.head.Patches; p != nil {
		a.zp = make([]float32, p.Rows()*d)
		zp = graph.Input(g, "patches", a.zp, p.Rows(), d)
	}
	if a.loss, err = a.head.Build(graph.Input(g, "z", a.z, rows, d), zp, c); err != nil {
		return err
	}
	grads, err := graph.Gradients(a.loss, input)
	if err != nil {
		return err
	}
	if a.program, err = graph.Compile(g, append(append(G.Nodes{a.loss}, a.head.Kept()...), grads...)...); err != nil {
		return err
	}
	a.follow(a.program.Value(grads[0]))
	a.student = a.program.Value(a.head.S)
	return nil
}

// prepare makes the codes' input where the teacher gives the targets.
func (a *arm) prepare(s *learner.Step) {
	in := objective.CodeInput{Team: s.Team, Epoch: s.Epoch, Step: s.Index}
	if a.traits.Targets == part.Teacher {
		in.Scores, in.Z, in.Prototypes = a.scores, s.Embeddings[part.Teacher], a.scoring()
		if a.scores != nil {
			p := a.all()
			kernel.InnerProducts(s.Team, a.scores, in.Z, in.Prototypes, len(in.Z)/p.D, p.D, p.K)
		}
		if a.head.Patches != nil {
			a.head.Patches.Prepare(s.Team, s.Patches[part.Teacher], in.Prototypes, s.Masks, int(s.Epoch))
		}
	}
	a.head.Take(in)
}

// scoring returns the teacher's prototypes as its scores use them, [H·K,D].
func (a *arm) scoring() []float32 {
	if a.traits.Lengths {
		return a.all().Teacher
	}
	return a.all().Effective[part.Teacher]
}

// before is the learners' part of a step that comes before the loss.
func (a *arm) before(s *learner.Step) { a.each(s, learner.Learner.Before) }

// finish updates prototypes and objective after the loss is known.
func (a *arm) finish(s *learner.Step) {
	if a.traits.Targets == part.Teacher || a.name == "" || a.program != nil { // else no graph has found the student's embeddings
		a.head.After()
	}
	if p := a.head.Patches; p != nil {
		s.Found.Note("loss.patches", p.Loss())
	}
	if a.optimizer != nil {
		part.SetDecay(a.extra, a.decay*s.Decay)
		a.optimizer.Step(s.Team, s.LR)
	}
	a.look(s.Epoch)
	a.each(s, a.settle)
	a.lookAgain()
}

// settle updates the prototypes of one head and their record.
func (a *arm) settle(l learner.Learner, s *learner.Step) {
	l.After(s)
	if a.traits.Free {
		return
	}
	p := l.Vectors()
	p.Moved(s.Team)
	if a.reseed != nil {
		a.reseed.Run(l, a.objective.Offset(a.scoring(), int(s.Epoch)), s)
		p.Moved(s.Team)
	}
	if a.intervene != nil {
		a.intervene.Run(l, s)
		p.Moved(s.Team)
	}
	p.EndStep(s)
}

// watch is a whole step of an observer.
func (a *arm) watch(host *learner.Step) (*learner.Found, error) {
	s := *host
	s.Found = learner.NewFound()
	a.before(&s)
	a.prepare(&s)
	if a.program != nil {
		copy(a.z, s.Embeddings[part.Student])
		copy(a.zp, s.Patches[part.Student])
		if err := a.program.Run(s.Team); err != nil {
			return nil, fmt.Errorf("observer %s: %w", a.name, err)
		}
		s.Found.Note("loss", float64(a.program.Value(a.loss)[0]))
	}
	a.finish(&s)
	return s.Found, nil
}
