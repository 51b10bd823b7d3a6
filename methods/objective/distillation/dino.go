package distillation

import (
	"math"

	"protobench/encoders"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/sinkhorn"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// DINO holds the keys of the [dino] table (Caron et al. 2021).
type DINO struct {
	Targets            string  `key:"targets" default:"centering" in:"centering|sinkhorn" doc:"how teacher scores become targets"`
	Scores             string  `key:"scores" default:"cosine" in:"cosine|vmf|linear" hash:"set" doc:"cosines; log-densities of a von Mises-Fisher mixture whose concentrations are the prototypes' lengths over the temperature; or inner products with prototypes of free length, no weight norm (DINOv3)"`
	TeacherTemperature float64 `key:"teacher_temperature" also:"teacher_temp" default:"0.04" range:"(0,10]" least:"0.001" read:"dino,ibot" doc:"teacher temperature after warm-up"`
	WarmupTemperature  float64 `key:"warmup_teacher_temperature" default:"0.04" range:"(0,10]" least:"0.001" read:"dino,ibot" needs:"dino.warmup_teacher_epochs!=0" doc:"teacher temperature at the start"`
	WarmupEpochs       int     `key:"warmup_teacher_epochs" default:"0" range:"[0,)" read:"dino,ibot" needs:"dino.warmup_teacher_temperature!=dino.teacher_temperature|ibot.patch_warmup_teacher_temperature!=ibot.patch_teacher_temperature" doc:"epochs in which the teacher temperature rises"`
	CenterMomentum     float64 `key:"center_momentum" default:"0.9" range:"[0,1]" read:"dino,ibot" doc:"EMA momentum of the center"`
	Iterations         int     `key:"iterations" default:"3" range:"[1,100]" read:"dino.targets=sinkhorn" doc:"Sinkhorn-Knopp iterations, with sinkhorn targets"`
}

// DeclareDINO declares [dino].
func DeclareDINO() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "dino", Doc: "cross-entropy to centred and sharpened (or Sinkhorn) teacher targets, weight-normalised prototypes", Source: "Caron et al. 2021",
			Table: setting.Of[DINO]("dino").OwnedBy("dino"), Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init"},
			Check: lengthsAlone, Onsets: teacherWarmup, Warn: func(c part.Config) []setting.Warning {
				if c.Settings.Text("dino.targets") == "sinkhorn" {
					return objective.ThinCodes(c, 2*c.Train.Batch)
				}
				return hotTeacher(c)
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			lengths := v.Text("dino.scores") != "cosine"
			return objective.Traits{Targets: part.Teacher, WeightNorm: !lengths, Lengths: lengths, Temperature: v.Float("loss.temperature"), Scores: true, Crops: true}
		},
		New: func(c part.Config, v objective.Views, _ int) objective.Objective {
			o := newDINO(setting.Read[DINO](c.Settings, "dino"), v, c.Settings.Int("prototypes.count"))
			o.temperature = c.Settings.Float("loss.temperature")
			return o
		},
		Faithful: faithfulDINO,
	}
}

// hotTeacher warns of targets that are flatter than predictions: the center takes off what they
// have in common, and what is left goes to the uniform distribution.
func hotTeacher(c part.Config) []setting.Warning {
	return objective.WarmerThanStudent(c, "dino.teacher_temperature",
		"centred targets that are flatter than predictions become uniform, and the loss stays at ln K")
}

// lengthsAlone refuses scores that depend on the prototypes' lengths where nothing would come of
// them.
func lengthsAlone(c part.Config) []*setting.KeyError {
	scores := c.Settings.Text("dino.scores")
	if scores == "cosine" {
		return nil
	}
	var out []*setting.KeyError
	if l := c.Composition.Learner; l != "joint" {
		found := map[string]string{"vmf": "the vmf normaliser cancels", "linear": "linear scores are cosines"}[scores]
		out = append(out, part.Refuse("dino.scores", "take learner \"joint\" or \"cosine\"", "all prototypes of learner %q have length 1, so that %s", l, found)...)
	}
	if c.Settings.Bool("prototypes.reseed") {
		out = append(out, part.Refuse("prototypes.reseed", "set false", "usage is counted by cosines, which %s scores are not", scores)...)
	}
	return out
}

// teacherWarmup is the onset of the teacher's temperature after its warm-up.
func teacherWarmup(c part.Config) []part.Onset {
	return objective.RampOnset(c, "dino.warmup_teacher_epochs", "teacher temperature", dinoRamp(setting.Read[DINO](c.Settings, "dino")), 0)
}

// dino takes its targets from the teacher (Caron et al. 2021, eq. 1-4): softmax((score -
// center)/τ_t), where the center is an EMA of the batch mean of teacher scores, or Sinkhorn-Knopp
// at temperature τ_t (DINOv2). Prototypes are a weight-normalised last layer; with vMF scores
// (DINO-vMF) and linear ones (DINOv3) their lengths count.
type dino struct {
	DINO
	v    objective.Views
	k    int
	mean []float32 // center, [K]
	sum  []float64 // [K] room for the batch's sums
	ramp optim.Ramp
	vmf  *posterior // with vMF scores; else nil

	temperature float64 // of the student, where its scores have a normaliser
}

func newDINO(s DINO, v objective.Views, k int) *dino {
	o := &dino{DINO: s, v: v, k: k, mean: make([]float32, k), sum: make([]float64, k), ramp: dinoRamp(s)}
	if s.Scores == "vmf" {
		o.vmf = newPosterior(k)
	}
	return o
}

func dinoRamp(s DINO) optim.Ramp {
	return optim.Ramp{Start: s.WarmupTemperature, End: s.TeacherTemperature, Warmup: s.WarmupEpochs}
}

func (o *dino) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return h.CrossEntropy(s, targets)
}

func (o *dino) Codes(q []float32, in objective.CodeInput) {
	t := o.ramp.At(int(in.Epoch))
	if o.vmf != nil {
		o.vmf.scores(q, in.Scores, in.Prototypes, t)
		in.Scores = q
	}
	if o.Targets == "sinkhorn" {
		// DINOv2 balances all global crops of the batch at once.
		sinkhorn.Sinkhorn(in.Team, q, in.Scores, len(in.Scores)/o.k, o.k, t, o.Iterations)
		return
	}
	if o.vmf != nil {
		o.vmf.targets(q, t)
		return
	}
	inv := float32(1 / t)
	in.Team.Chunks(len(in.Scores)/o.k, kernel.RowChunk(o.k), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			row := q[r*o.k:][:o.k]
			kernel.Combine(row, in.Scores[r*o.k:][:o.k], o.mean, 1, -1)
			kernel.SoftmaxScaled(row, row, inv)
		}
	})
}

// After moves the center towards the batch mean of the teacher's scores.
func (o *dino) After(in objective.CodeInput) {
	if o.vmf != nil {
		if o.Targets == "centering" {
			o.vmf.moveCenter(o.CenterMomentum)
		}
		return
	}
	n := o.v.Global * o.v.Images
	clear(o.sum)
	for r := range n {
		kernel.AddWide(o.sum, in.Scores[r*o.k:][:o.k])
	}
	m := o.CenterMomentum
	for j, s := range o.sum {
		o.mean[j] = float32(float64(m*float64(o.mean[j])) + (1-m)*s/float64(n))
	}
}

func (o *dino) State(prefix string) []part.Named {
	if o.vmf != nil {
		return []part.Named{part.F32Of(prefix+"center", o.vmf.center)}
	}
	return []part.Named{part.F32Of(prefix+"center", o.mean)}
}

// faithfulDINO is Caron et al. 2021's ViT recipe (official defaults, runs of 100 epochs): 10 epochs
// of warm-up, teacher temperature
// 0.04 → 0.07 over 30, weight decay 0.04 → 0.4 by a cosine, on the last layer's directions too, whose rows start with length
// 1/√3: uniform numbers within ±1/√D.
func faithfulDINO(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "gelu", "encoder.hidden": 2048, "encoder.dim": 256,
		"train.optimizer": "adamw", "train.lr": t.ScaledLR(5e-4), "train.final_lr": 1e-6, "train.warmup": 0.1,
		"train.weight_decay": 0.04, "train.weight_decay_rise": 10.0, "train.clip": 3.0,
		"train.teacher_momentum": 0.996, "train.teacher_momentum_end": 1.0,
		"loss.temperature": 0.1, "dino.warmup_teacher_temperature": 0.04, "dino.teacher_temperature": 0.07,
		"dino.warmup_teacher_epochs": t.EpochShare(0.3), "dino.center_momentum": 0.9,
		"prototypes.freeze_epochs": 1.0, "prototypes.lr_mult": 1.0, "prototypes.norm": 1 / math.Sqrt(3), "prototypes.weight_decay": 0.04,
	}
}

func (o *dino) Params() []*encoders.Param { return nil }

// Scores adds the normalisers of a vMF mixture to the inner products, where scores are its
// densities.
func (o *dino) Scores(z, c *G.Node, gradient bool) (*G.Node, G.Nodes, error) {
	s, err := term.ScoresNode(z, c, gradient)
	if err != nil || o.vmf == nil {
		return s, G.Nodes{}, err
	}
	s, err = term.VMFNode(s, c, gradient, o.temperature)
	return s, nil, err
}

func (o *dino) Offset(c []float32, epoch int) []float32 {
	switch {
	case o.vmf != nil:
		return o.vmf.offset(c, o.ramp.At(epoch), o.Targets == "centering")
	case o.Targets == "sinkhorn":
		return nil
	}
	return o.mean
}

// Bias has the normalisers at the student's temperature, where scores are densities.
func (o *dino) Bias(c []float32) []float32 {
	if o.vmf == nil {
		return nil
	}
	bias := make([]float32, o.k)
	term.VMFBias(bias, nil, c, len(c)/o.k, o.temperature)
	return bias
}

func (o *dino) Assign(q []float32, in objective.CodeInput) bool {
	o.Codes(q, in)
	return true
}
