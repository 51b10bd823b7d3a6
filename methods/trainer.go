package methods

import (
	"fmt"
	"time"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/team"
)

// Trainer owns one step of one arm. The order inside a step is fixed: teacher forward, prototype update, student
// loss and step, teacher EMA, observers. A Trainer serves one goroutine.
type Trainer struct {
	cfg       Config
	weights   [2]*encoders.Weights // by Branch
	x         []float32            // views [2·B,H,W,C], read by both branches' graphs
	local     []float32            // local crops [L·B,h,w,C], read by the student's
	student   *graph.Program
	teacher   *graph.Program
	z         [2][]float32 // embeddings [2·B,D] by Branch, the student's [(2+L)·B,D] and its graph's buffer
	masks     []float32    // [2·B,P], where the objective hides patches
	patches   [2][]float32 // their embeddings [2·B·P,D] by Branch
	hidden    []float32    // the teacher's projections of patches, its graph's buffer
	unit      [2][]float32 // room for their directions, where embeddings are not normalised
	project   []float32    // the teacher's projections, its graph's buffer
	loss      []float32
	terms     map[string][]float32 // regularizers' values
	embedding *embedding
	host      *arm
	observers []*arm
	optimizer encoders.Optimizer
	lr        encoders.Cosine
	momentum  encoders.Cosine
	decay     encoders.Cosine // of the weight decay, as a multiple of its start
	eval      [2]*evaluator
	done      []float64 // one element: steps done
	now       stepInput // of the step under way
}

// New builds the trainer of an arm in its initial state. Errors name the key that is at fault.
func New(cfg Config) (*Trainer, error) {
	t, err := newTrainer(cfg)
	if err != nil {
		return nil, err
	}
	return t, graph.Build(t.build)
}

// newTrainer makes all but the graphs.
func newTrainer(cfg Config) (*Trainer, error) {
	if errs := cfg.Validate(); len(errs) > 0 {
		return nil, errs[0]
	}
	cfg.Encoder.Masked = cfg.Composition.Objective == "ibot"
	if cfg.Team == nil {
		cfg.Team = team.New(1)
	}
	t := &Trainer{cfg: cfg, done: make([]float64, 1), terms: map[string][]float32{}}
	w, err := encoders.New(cfg.Encoder, cfg.Input, cfg.Seed)
	if err != nil {
		return nil, err
	}
	t.weights = [2]*encoders.Weights{w, w.Clone()}
	d, v := cfg.Encoder.Dim, views{images: cfg.Train.Batch, global: 2, crops: 2 + cfg.Train.LocalCrops}
	t.x = make([]float32, values(2*cfg.Train.Batch, cfg.Input))
	t.local = make([]float32, values(cfg.Train.LocalCrops*cfg.Train.Batch, cfg.Train.Local(cfg.Input)))
	if cfg.Encoder.Masked {
		t.masks = make([]float32, 2*cfg.Train.Batch*cfg.Encoder.Patches(cfg.Input))
	}
	t.host = newArm(cfg, "", cfg.Composition.Learner, v, d)
	t.embedding = newEmbedding(cfg, t.host.objective.unnormalised(), d)
	for _, o := range cfg.Composition.Observers {
		t.observers = append(t.observers, newArm(cfg, o, o, v, d))
	}
	t.optimizer = newOptimizer(cfg.Train, w.Params)
	total := cfg.steps()
	t.lr = encoders.Cosine{Base: cfg.Train.LR, Final: cfg.Train.FinalLR, Warmup: int(cfg.Train.Warmup * float64(total)), Total: total}
	t.momentum = encoders.Cosine{Base: cfg.Train.Teacher, Final: cfg.Train.TeacherEnd, Total: total}
	t.decay = encoders.Cosine{Base: 1, Final: cfg.Train.DecayRise, Total: total}
	return t, nil
}

func (t *Trainer) runTeacher() error {
	if err := t.teacher.Run(t.cfg.Team); err != nil {
		return fmt.Errorf("teacher: %w", err)
	}
	t.embedding.learn(t.project)
	t.embedding.apply(t.z[Teacher], t.project)
	t.embedding.apply(t.patches[Teacher], t.hidden)
	return nil
}

// see shows a branch's embeddings to learners and objectives. Learners see those of the global crops in either branch.
func (t *Trainer) see(in *stepInput, b Branch) {
	global := t.z[b]
	if b == Student {
		global = t.host.head.views.globals(global)
	}
	in.scored[b], in.z[b] = t.z[b], t.embedding.directions(t.unit[b], global)
	in.patches[b], in.masks = t.patches[b], t.masks
}

// hide draws the step's masks.
func (t *Trainer) hide(step int) {
	if t.masks != nil {
		in, size := t.cfg.Input, t.cfg.Encoder.Patch
		t.cfg.Settings.IBOT.draw(t.masks, in.Height/size, in.Width/size, t.cfg.Seed, step)
	}
}

// Step runs one training step on views [2·B,H,W,C]: all first views, then all second views, in the same order; behind them stand
// the local crops [L·B,h,w,C] of the same images, crop by crop, where the run has some.
func (t *Trainer) Step(views []float32) (Signals, error) {
	if len(views) != len(t.x)+len(t.local) {
		return Signals{}, fmt.Errorf("train.batch: a step got %d values, its crops have %d", len(views), len(t.x)+len(t.local))
	}
	in := t.begin(views, map[string]float64{})
	step, s := in.step, Signals{Values: in.values}
	report := func(a *arm) {
		in.event = func(kind string, k int) {
			s.Events = append(s.Events, Event{Step: step, Learner: a.name, Kind: kind, Prototype: k})
		}
	}
	t.hide(step)
	if err := t.runTeacher(); err != nil {
		return s, err
	}
	t.see(in, Teacher)
	report(t.host)
	t.host.before(in)
	if err := t.learn(in); err != nil {
		return s, err
	}
	t.weights[Teacher].FollowBy(in.team, t.weights[Student], in.momentum)
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

// begin takes the views in and says where the run is. values is where the step notes scalars.
func (t *Trainer) begin(views []float32, values map[string]float64) *stepInput {
	copy(t.local, views[copy(t.x, views):])
	step := int(t.done[0])
	t.now = stepInput{
		team: t.cfg.Team, step: step, perEpoch: t.cfg.StepsPerEpoch, epoch: float64(step) / float64(t.cfg.StepsPerEpoch),
		lr: t.lr.At(step), momentum: t.momentum.At(step), decay: t.decay.At(step), values: values,
	}
	return &t.now
}

// learn is the student's part of a step: its loss, its update and that of the prototypes which feed it.
func (t *Trainer) learn(in *stepInput) error {
	t.host.prepare(in)
	if err := t.student.Run(in.team); err != nil {
		return fmt.Errorf("student: %w", err)
	}
	t.see(in, Student)
	setDecay(t.weights[Student].Params, t.cfg.Train.WeightDecay*in.decay)
	t.optimizer.Step(in.team, in.lr)
	t.host.finish(in)
	return nil
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
	epoch := int(max(0, t.done[0]-1) / float64(t.cfg.StepsPerEpoch)) // of the last step
	for _, a := range append([]*arm{t.host}, t.observers...) {
		out = append(out, a.learned(epoch))
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
