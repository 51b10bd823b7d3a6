package methods

import (
	"fmt"
	"time"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/stream"

	G "gorgonia.org/gorgonia"
)

// Trainer owns one step of one arm. The order inside a step is fixed: teacher forward, prototype update, student
// loss and step, teacher EMA, observers. A Trainer serves one goroutine.
type Trainer struct {
	cfg       Config
	weights   [2]*encoders.Weights // by Branch
	x         []float32            // views [2·B,H,W,C], read by both branches' graphs
	student   *graph.Program
	teacher   *graph.Program
	z         [2][]float32 // embeddings [2·B,D] by Branch; the student's is its graph's buffer
	project   []float32    // the teacher's normalised projections, its graph's buffer
	loss      []float32
	terms     map[string][]float32 // regularizers' values
	embedding *embedding
	host      *arm
	observers []*arm
	optimizer encoders.Optimizer
	lr        encoders.Cosine
	momentum  encoders.Cosine
	eval      [2]*evaluator
	done      []float64 // one element: steps done
}

// New builds the trainer of an arm in its initial state. Errors name the key that is at fault.
func New(cfg Config) (*Trainer, error) {
	if errs := cfg.Validate(); len(errs) > 0 {
		return nil, errs[0]
	}
	t := &Trainer{cfg: cfg, done: make([]float64, 1), terms: map[string][]float32{}}
	w, err := encoders.New(cfg.Encoder, cfg.Input, cfg.Seed)
	if err != nil {
		return nil, err
	}
	for _, p := range w.Params {
		if !p.Exempt() {
			p.WeightDecay = cfg.Train.WeightDecay
		}
	}
	t.weights = [2]*encoders.Weights{w, w.Clone()}
	d, v := cfg.Encoder.Dim, views{images: cfg.Train.Batch, global: 2, crops: 2}
	t.x = make([]float32, 2*cfg.Train.Batch*cfg.Input.Height*cfg.Input.Width*cfg.Input.Channels)
	t.embedding = newEmbedding(cfg, d)
	t.host = newArm(cfg, "", cfg.Composition.Learner, v, d)
	for _, o := range cfg.Composition.Observers {
		t.observers = append(t.observers, newArm(cfg, o, o, v, d))
	}
	t.optimizer = newOptimizer(cfg.Train, w.Params)
	total := cfg.steps()
	t.lr = encoders.Cosine{Base: cfg.Train.LR, Final: cfg.Train.FinalLR, Warmup: int(cfg.Train.Warmup * float64(total)), Total: total}
	t.momentum = encoders.Cosine{Base: cfg.Train.Teacher, Final: cfg.Train.TeacherEnd, Total: total}
	if err := graph.Build(t.build); err != nil {
		return nil, err
	}
	return t, nil
}

// build compiles all graphs.
func (t *Trainer) build() (err error) {
	if err := t.buildTeacher(); err != nil {
		return err
	}
	if err := t.buildStudent(); err != nil {
		return err
	}
	for _, o := range t.observers {
		if err := o.observe(t.cfg.Encoder.Dim); err != nil {
			return err
		}
	}
	for b, w := range t.weights {
		if t.eval[b], err = newEvaluator(w); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) input(g *G.ExprGraph) *G.Node {
	in := t.cfg.Input
	return graph.Input(g, "x", t.x, 2*t.cfg.Train.Batch, in.Height, in.Width, in.Channels)
}

func (t *Trainer) buildTeacher() error {
	g := G.NewGraph()
	nodes, err := t.weights[Teacher].Build(t.input(g), encoders.Training, "")
	if err != nil {
		return err
	}
	z, err := encoders.Normalize(nodes.Embedding)
	if err != nil {
		return err
	}
	if t.teacher, err = graph.Compile(g, z); err != nil {
		return err
	}
	t.project = t.teacher.Value(z)
	t.z[Teacher] = make([]float32, len(t.project))
	return nil
}

// forward is the student's graph before it is differentiated.
type forward struct {
	g                          *G.ExprGraph
	z, loss, total, prototypes *G.Node
	params                     G.Nodes
	terms                      map[string]*G.Node
}

func (t *Trainer) forward() (*forward, error) {
	f := &forward{g: G.NewGraph(), terms: map[string]*G.Node{}}
	nodes, err := t.weights[Student].Build(t.input(f.g), encoders.Training, "")
	if err != nil {
		return nil, err
	}
	f.params = nodes.Params
	if f.z, err = t.embedding.node(nodes.Embedding); err != nil {
		return nil, err
	}
	input, c, err := t.host.nodes(f.g)
	if err != nil {
		return nil, err
	}
	f.prototypes = input
	if f.loss, err = t.host.head.build(f.z, c); err != nil {
		return nil, err
	}
	f.total = f.loss
	return f, t.regularize(f)
}

// regularize adds the regularizers' terms to the loss.
func (t *Trainer) regularize(f *forward) error {
	terms, weights := []*G.Node{f.loss}, []float32{1}
	for _, name := range t.cfg.Composition.Regularizers {
		n, err := koleoNode(f.prototypes)
		if err != nil {
			return err
		}
		f.terms[name] = n
		terms, weights = append(terms, n), append(weights, float32(t.cfg.Settings.KoLeo.Weight))
	}
	if len(terms) == 1 {
		return nil
	}
	total, err := graph.Sum(weights, terms...)
	f.total = total
	return err
}

func (t *Trainer) buildStudent() error {
	f, err := t.forward()
	if err != nil {
		return err
	}
	params, nodes := t.weights[Student].Params, f.params
	if t.host.head.learn {
		params, nodes = append(params[:len(params):len(params)], t.host.learner.params()...), append(nodes, f.prototypes)
	}
	grads, err := graph.Gradients(f.total, nodes...)
	if err != nil {
		return err
	}
	if t.student, err = graph.Compile(f.g, append(G.Nodes{f.total}, grads...)...); err != nil {
		return err
	}
	for i, p := range params {
		p.Grad = t.student.Value(grads[i])
	}
	for name, n := range f.terms {
		t.terms[name] = t.student.Value(n)
	}
	t.loss, t.z[Student] = t.student.Value(f.loss), t.student.Value(f.z)
	return nil
}

// warmUp is the number of batches that fill the batch norms' statistics before the first step: at momentum 0.1 less than
// one percent of their start remains.
const warmUp = 50

// Prepare readies a run before its first step, for every arm alike: training-mode batches fill the statistics of
// both branches (and the running mean of a centred embedding), and prototypes start from data where
// prototypes.init asks for it: from embeddings of the first views of as many batches as K needs, in random order.
// next returns batches of views [2·B,H,W,C].
func (t *Trainer) Prepare(next func() []float32) error {
	d, k, b := t.cfg.Encoder.Dim, t.cfg.Settings.Prototypes.Count, t.cfg.Train.Batch
	pooled := (k + b - 1) / b
	var pool []float32
	for i := range max(warmUp, pooled) {
		copy(t.x, next())
		if err := t.runTeacher(); err != nil {
			return err
		}
		if i < pooled {
			pool = append(pool, t.project[:b*d]...)
		}
	}
	for i, s := range t.weights[Teacher].Stats {
		copy(t.weights[Student].Stats[i].Value, s.Value)
	}
	if t.cfg.Settings.Prototypes.Init != "data" {
		return nil
	}
	t.embedding.apply(pool, pool)
	start := make([]float32, k*d)
	for i, j := range stream.New(t.cfg.Seed, "prototypes", 1).Perm(len(pool) / d)[:k] {
		copy(start[i*d:], pool[j*d:][:d])
	}
	t.host.learner.restart(start)
	return nil
}

func (t *Trainer) runTeacher() error {
	if err := t.teacher.Run(); err != nil {
		return fmt.Errorf("teacher: %w", err)
	}
	t.embedding.learn(t.project)
	t.embedding.apply(t.z[Teacher], t.project)
	return nil
}

// Step runs one training step on views [2·B,H,W,C]: all first views, then all second views, in the same order.
func (t *Trainer) Step(views []float32) (Signals, error) {
	step := int(t.done[0])
	s := Signals{Values: map[string]float64{}}
	in := &stepInput{
		step: step, epoch: float64(step) / float64(t.cfg.StepsPerEpoch), lr: t.lr.At(step), momentum: t.momentum.At(step), values: s.Values,
	}
	report := func(a *arm) {
		in.event = func(kind string, k int) {
			s.Events = append(s.Events, Event{Step: step, Learner: a.name, Kind: kind, Prototype: k})
		}
	}
	copy(t.x, views)
	if err := t.runTeacher(); err != nil {
		return s, err
	}
	in.z[Teacher] = t.z[Teacher]
	report(t.host)
	t.host.learner.before(in)
	t.host.prepare(in.z[Teacher], in.epoch)
	if err := t.student.Run(); err != nil {
		return s, fmt.Errorf("student: %w", err)
	}
	in.z[Student] = t.z[Student]
	t.optimizer.Step(in.lr)
	t.host.finish(in)
	t.weights[Teacher].FollowBy(t.weights[Student], in.momentum)
	began := time.Now()
	for _, o := range t.observers {
		report(o)
		if err := o.watch(in); err != nil {
			return s, err
		}
	}
	s.Observers = time.Since(began)
	t.signals(&s, in)
	t.done[0]++
	return s, nil
}

func (t *Trainer) signals(s *Signals, in *stepInput) {
	s.Loss = float64(t.loss[0])
	s.Values["lr"] = in.lr
	for name, v := range t.terms {
		s.Values["loss."+name] = float64(v[0])
	}
}

// StepCount returns the number of steps done.
func (t *Trainer) StepCount() int { return int(t.done[0]) }

// Features runs a branch in evaluation mode on images [n,H,W,C] and returns backbone features [n,F] and the embeddings
// [n,D] that scores use.
func (t *Trainer) Features(b Branch, images []float32) (backbone, embedding []float32, err error) {
	f, z, err := t.eval[b].run(images)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", b, err)
	}
	t.embedding.apply(z, z)
	return f, z, nil
}

// Learned returns the arm's own learner first, then its observers. The values are copies.
func (t *Trainer) Learned() []Learned {
	var out []Learned
	for _, a := range append([]*arm{t.host}, t.observers...) {
		out = append(out, a.learned())
	}
	return out
}

func (t *Trainer) entries() []Named {
	out := []Named{f64("step", t.done)}
	for b, w := range t.weights {
		prefix := Branch(b).String() + "."
		out = append(append(out, paramState(prefix, w.Params)...), paramState(prefix, w.Stats)...)
	}
	out = append(out, optimizerState("optimizer.", t.optimizer, t.weights[Student].Params)...)
	out = append(out, t.embedding.state("embedding.")...)
	out = append(out, t.host.state("arm.")...)
	for _, o := range t.observers {
		out = append(out, o.state("observer."+o.name+".")...)
	}
	return out
}

// State returns a copy of everything that a resumed run needs, in a fixed order. Random streams need no entry: they are
// keyed by the step.
func (t *Trainer) State() []Named { return copyOut(t.entries()) }

// Load restores a State; a missing, surplus or misshapen entry is an error and changes nothing.
func (t *Trainer) Load(state []Named) error { return copyIn(t.entries(), state) }
