package methods

import (
	"fmt"
	"time"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// Trainer owns one step of one arm. The order inside a step is fixed: teacher forward, prototype
// update, student loss and step, teacher EMA, observers. A Trainer serves one goroutine.
type Trainer struct {
	cfg       part.Config
	weights   [2]*encoders.Weights // by part.Branch
	x         []float32            // views [2·B,H,W,C], read by both branches' graphs
	local     []float32            // local crops [L·B,h,w,C], read by the student's
	arena     graph.Arena          // of the programs below and of evaluation
	student   *graph.Program
	teacher   *graph.Program
	z         [2][]float32 // embeddings [2·B,D] by part.Branch, the student's [(2+L)·B,D] and its graph's buffer
	masks     []float32    // [2·B,P], where the objective hides patches
	patches   [2][]float32 // their embeddings [2·B·P,D] by part.Branch
	hidden    []float32    // the teacher's projections of patches, its graph's buffer
	unit      [2][]float32 // room for their directions, where embeddings are not normalised
	project   []float32    // the teacher's projections, its graph's buffer
	loss      []float32
	terms     map[string][]float32 // regularizers' values
	embedding *embedding
	host      *arm
	observers []*arm
	optimizer optim.Optimizer
	lr        optim.Cosine
	momentum  optim.Schedule
	decay     optim.Cosine // of the weight decay, as a multiple of its start
	eval      [2]*evaluator
	done      []float64    // one element: steps done
	now       learner.Step // of the step under way
}

// New builds the trainer of an arm in its initial state. The run has passed [Check]; an unknown
// part panics.
func New(cfg part.Config) (*Trainer, error) {
	t, err := newTrainer(cfg)
	if err != nil {
		return nil, err
	}
	t.weights[part.Teacher] = t.weights[part.Student].Clone()
	return t, graph.Build(t.build)
}

// newTrainer makes all but the graphs.
func newTrainer(cfg part.Config) (*Trainer, error) {
	o, _ := findObjective(cfg.Composition.Objective)
	traits := o.Traits(cfg.Settings)
	cfg.Encoder.Masked, cfg.Encoder.BF16 = traits.Patches, cfg.Train.BF16()
	if cfg.Team == nil {
		cfg.Team = team.New(1)
	}
	t := &Trainer{cfg: cfg, done: make([]float64, 1), terms: map[string][]float32{}}
	w, err := encoders.New(cfg.Encoder, cfg.Input, cfg.Seed)
	if err != nil {
		return nil, err
	}
	t.weights[part.Student] = w
	d, v := cfg.Encoder.Dim, objective.Views{Images: cfg.Train.Batch, Global: 2, Crops: 2 + cfg.Train.LocalCrops}
	t.x = make([]float32, values(2*cfg.Train.Batch, cfg.Input))
	t.local = make([]float32, values(cfg.Train.LocalCrops*cfg.Train.Batch, cfg.Train.Local(cfg.Input)))
	if cfg.Encoder.Masked {
		t.masks = make([]float32, 2*cfg.Train.Batch*cfg.Encoder.Patches(cfg.Input))
	}
	t.host = newHost(cfg, v, d)
	t.embedding = newEmbedding(cfg, traits.Unnormalised, d)
	for _, o := range cfg.Composition.Observers {
		t.observers = append(t.observers, newObserver(cfg, o, v, d))
	}
	t.optimizer = cfg.Train.NewOptimizer(w.Params)
	total := cfg.Steps()
	t.lr = optim.Cosine{Base: cfg.Train.LR, Final: cfg.Train.FinalLR, Warmup: int(cfg.Train.Warmup * float64(total)), Total: total}
	t.momentum = cfg.Train.TeacherMomentum(total)
	t.decay = optim.Cosine{Base: 1, Final: cfg.Train.DecayRise, Total: total}
	return t, nil
}

func (t *Trainer) runTeacher() error {
	if err := t.teacher.Run(t.cfg.Team); err != nil {
		return fmt.Errorf("teacher: %w", err)
	}
	t.embedding.track(t.project)
	t.embedding.apply(t.z[part.Teacher], t.project)
	t.embedding.apply(t.patches[part.Teacher], t.hidden)
	return nil
}

// publishEmbeddings shows a branch's embeddings to learners and objectives. Learners see those of
// the global crops in either branch.
func (t *Trainer) publishEmbeddings(in *learner.Step, b part.Branch) {
	global := t.z[b]
	if b == part.Student {
		global = t.host.head.Views.Globals(global)
	}
	in.Embeddings[b], in.Z[b] = t.z[b], t.embedding.directions(t.unit[b], global)
	in.Patches[b], in.Masks = t.patches[b], t.masks
}

// hide draws the step's masks.
func (t *Trainer) hide(step int) {
	if t.masks != nil {
		in, size := t.cfg.Input, t.cfg.Encoder.Patch
		t.host.head.Patches.Hide(t.masks, in.Height/size, in.Width/size, t.cfg.Seed, step, step/t.cfg.StepsPerEpoch)
	}
}

// Step runs one training step on views [2·B,H,W,C]: all first views, then all second views, in the
// same order; behind them stand the local crops [L·B,h,w,C] of the same images, crop by crop, where
// the run has some. Where loss or gradients are not finite nothing follows them: the error is a
// *[NonFinite], and weights and optimizer are those before the step.
func (t *Trainer) Step(views []float32) (StepResult, error) {
	if len(views) != len(t.x)+len(t.local) {
		return StepResult{}, fmt.Errorf("train.batch: a step got %d values, its crops have %d", len(views), len(t.x)+len(t.local))
	}
	in := t.begin(views, map[string]float64{})
	t.hide(in.Index)
	if err := t.runTeacher(); err != nil {
		return StepResult{}, err
	}
	t.publishEmbeddings(in, part.Teacher)
	t.host.before(in)
	if err := t.stepStudent(in); err != nil {
		return StepResult{Loss: float64(t.loss[0]), Values: in.Found.Values}, err
	}
	momentum := in.Momentum
	if in.Found.CopyStudent {
		momentum = 0
	}
	t.weights[part.Teacher].FollowBy(in.Team, t.weights[part.Student], momentum)
	r := StepResult{Loss: float64(t.loss[0]), Values: in.Found.Values}
	r.add("", in.Index, in.Found)
	began := time.Now()
	for _, o := range t.observers {
		found, err := o.watch(in)
		if err != nil {
			return r, err
		}
		r.add(o.name, in.Index, found)
	}
	r.Observers = time.Since(began)
	r.Probes = t.probes()
	r.Values["lr"] = in.LR
	for name, v := range t.terms {
		r.Values["loss."+name] = float64(v[0])
	}
	t.done[0]++
	return r, nil
}

// begin takes the views in and says where the run is. values is where the step notes scalars.
func (t *Trainer) begin(views []float32, values map[string]float64) *learner.Step {
	t.cfg.Team.Chunks(len(t.x), kernel.ChunkSize, func(lo, hi int) { copy(t.x[lo:hi], views[lo:hi]) })
	copy(t.local, views[len(t.x):])
	step := int(t.done[0])
	t.now = learner.Step{
		Team: t.cfg.Team, Index: step, PerEpoch: t.cfg.StepsPerEpoch, Epoch: float64(step) / float64(t.cfg.StepsPerEpoch),
		LR: t.lr.At(step), Momentum: t.momentum.At(step), Decay: t.decay.At(step), Found: &learner.Found{Values: values},
	}
	return &t.now
}

// stepStudent is the student's part of a step: its loss, its update and that of the prototypes
// which feed it.
func (t *Trainer) stepStudent(in *learner.Step) error {
	t.host.prepare(in)
	if err := t.student.Run(in.Team); err != nil {
		return fmt.Errorf("student: %w", err)
	}
	if !t.trusted() {
		return t.origin(in.Index)
	}
	t.publishEmbeddings(in, part.Student)
	if t.cfg.Train.EncoderLearns(in.Epoch) {
		part.SetDecay(t.weights[part.Student].Params, t.cfg.Train.WeightDecay*in.Decay)
		t.optimizer.Step(in.Team, in.LR)
	}
	t.host.finish(in)
	return nil
}

// StepCount returns the number of steps done.
func (t *Trainer) StepCount() int { return int(t.done[0]) }

// Features runs a branch in evaluation mode on images [n,H,W,C] and returns backbone features [n,F]
// and the embeddings [n,D] that scores use.
func (t *Trainer) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
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

func (t *Trainer) entries() []part.Named {
	out := []part.Named{part.F64Of("step", t.done)}
	for b, w := range t.weights {
		prefix := part.Branch(b).String() + "."
		out = append(append(out, part.ParamState(prefix, w.Params)...), part.ParamState(prefix, w.Stats)...)
	}
	out = append(out, part.OptimizerState("optimizer.", t.optimizer, t.weights[part.Student].Params)...)
	out = append(out, t.embedding.State("embedding.")...)
	out = append(out, t.host.State("arm.")...)
	for _, o := range t.observers {
		out = append(out, o.State("observer."+o.name+".")...)
	}
	return out
}

// State returns a copy of everything that a resumed run needs, in a fixed order. Random streams
// need no entry: they are keyed by the step.
func (t *Trainer) State() []part.Named { return part.CopyOut(t.entries()) }

// Load restores a State; a missing, surplus or misshapen entry is an error and changes nothing.
func (t *Trainer) Load(state []part.Named) error { return part.CopyIn(t.entries(), state) }
